"""A seam that answers a dictionary, for tests of what is made of its differences."""

from migration_harness.deciding.stages import Stage
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at
from tests.trial_flag import FLAG, SEAM

CONTROL = {"label": "Basic", "price": 5}
CANDIDATE = {"label": "Basic (5)", "price": 5}


class Trial:
    """Calls a seam in shadow; what the candidate answers can be changed."""

    def __init__(self, *, control=CONTROL, candidate=CANDIDATE, **options):
        self.answers = {"control": control, "candidate": candidate}
        self.seam = Seam(
            name=SEAM,
            flag=FLAG,
            control=lambda *, account, kind: self.answers["control"],
            candidate=lambda *, account, kind: self.answers["candidate"],
            subject=lambda *, account, **_: account,
            group_by=lambda *, kind, **_: (kind, "all"),
            **options,
        )

    def call(self, *, account="1", kind="text"):
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            self.seam(account=account, kind=kind)
