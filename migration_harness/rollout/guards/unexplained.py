"""No call differs without an explanation."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from migration_harness.comparing.comparator import Verdict
from migration_harness.queries.since import VerdictCount, seams_behind, verdicts_since
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.rollout.guards.tally import counted_in, nothing_compared
from migration_harness.wording import counted

OVERTAKEN: Final = timedelta(seconds=2)
"""What was found so shortly before the step may have been on its way to a rollback, which the step has overtaken: a
flag that was changed since is not rolled back for it."""
_WRONG: Final = frozenset({Verdict.MISMATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """Mismatches of all seams of a flag since the step began, on accounts that are live and on those in shadow.

    One is enough: what the candidate answers in shadow it answers everybody after the next step.
    """

    name: str = "unexplained"

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether any comparison differs without an explanation."""
        found = verdicts_since(
            seam_names=seams_behind(watched.flag), since=watched.since, against_since=watched.since - OVERTAKEN
        )
        wrong = [each for each in found if each.verdict in _WRONG]
        tally = counted_in(found)
        if wrong:
            return self._broken(wrong, tally.comparisons)
        if not tally.comparisons:
            return nothing_compared(self.name)
        return GuardAnswer(
            guard=self.name,
            reading=Reading.HOLDS,
            sentence=f"None of {counted(tally.comparisons, 'comparison')} differs without an explanation.",
            numbers={"comparisons": str(tally.comparisons), "mismatches": "0"},
        )

    def _broken(self, wrong: list[VerdictCount], comparisons: int) -> GuardAnswer:
        first, number = wrong[0], sum(each.comparisons for each in wrong)
        ways = len({each.signature for each in wrong})
        more = f", and {ways - 1:,} more" if ways > 1 else ""
        return GuardAnswer(
            guard=self.name,
            reading=Reading.BROKEN,
            sentence=(
                f"{number:,} of {counted(comparisons, 'comparison')} "
                f"{'differs' if number == 1 else 'differ'} without an explanation: "
                f"discrepancy {first.signature} of {first.seam}{more}."
            ),
            numbers={
                "comparisons": str(comparisons),
                "mismatches": str(number),
                "discrepancies": " ".join(sorted({each.signature for each in wrong})[:20]),
            },
        )
