"""A deferred seam with two sides that remember being called."""

from migration_harness.deciding.stages import Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison, DeferredCall
from migration_harness.seams.deferred.working import work_off
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at

from ..trial import Declared


class Deferred:
    """Calls the seam, and lets a worker work."""

    def __init__(self, *, control=lambda account, thing: "old", candidate=lambda account, thing: "old", **options):
        self.ran = []
        self.outcomes = {"control": control, "candidate": candidate}
        self.seam = Seam(
            name="trial.deferred",
            flag="f",
            control=lambda *, account, thing: self._run("control", account, thing),
            candidate=lambda *, account, thing: self._run("candidate", account, thing),
            subject=options.pop("subject", lambda *, account, **_: account),
            deferred=True,
            errors=(Declared,),
            **options,
        )

    def _run(self, side, account, thing):
        self.ran.append(side)
        return self.outcomes[side](account, thing)

    def call(self, thing=None, *, account="1", stage=Stage.SHADOW):
        try:
            with fixed_flags(flag_at("f", stage)):
                return self.seam(account=account, thing=thing)
        except Declared as error:
            return error

    def compared(self, thing=None, **options):
        """Call it, let a worker work, and return the comparisons."""
        self.call(thing, **options)
        work_off()
        return kept()


def kept():
    recorder.buffer.flush()
    return list(Comparison.objects.order_by("id"))


def waiting():
    return DeferredCall.objects.count()
