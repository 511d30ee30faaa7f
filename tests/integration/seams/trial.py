"""A seam with two sides that remember being called, and what was found of it."""

from migration_harness.deciding.stages import Side
from migration_harness.models import Comparison
from migration_harness.seams.seam import Seam


class Declared(Exception):
    """An error of both sides' contract."""


class Trial:
    """A seam with two sides that remember being called."""

    def __init__(self, *, control="old", candidate="new", **options):
        self.ran = []
        self.seam = Seam(
            name="trial",
            flag="f",
            control=self._side(Side.CONTROL, control),
            candidate=self._side(Side.CANDIDATE, candidate),
            subject=options.pop("subject", lambda *, account: account),
            errors=(Declared,),
            **options,
        )

    def _side(self, side, outcome):
        def run(*, account):
            self.ran.append(side)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome(account) if callable(outcome) else outcome

        return run

    def call(self, account="1"):
        try:
            return self.seam(account=account)
        except Declared as error:
            return error


def verdicts():
    return list(Comparison.objects.order_by("id").values_list("verdict", flat=True))


class Broken(Exception):
    """A fault planted into the harness."""


def break_it(*_args, **_kwargs):
    raise Broken("planted")
