"""The trial balance is true."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from migration_harness.evidence.findings import Answer
from migration_harness.money.trial_balance import TrialBalance as Standing
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched

_READS: Final = {Answer.OPEN: Reading.HOLDS, Answer.CLOSED: Reading.BROKEN, Answer.UNKNOWN: Reading.NO_DATA}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """Every invariant of ledger, evidence and trail, as the standing trial balance has found them."""

    standing: Callable[[], Standing]
    name: str = "trial_balance"

    def read(self, watched: Watched) -> GuardAnswer:  # noqa: ARG002  An invariant holds whatever is rolled out.
        """Say whether all of them hold."""
        found = self.standing().finding
        return GuardAnswer(guard=self.name, reading=_READS[found.answer], sentence=found.sentence)
