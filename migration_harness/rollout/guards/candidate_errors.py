"""The candidate does not fail where the control does not."""

from dataclasses import dataclass
from typing import Final

from migration_harness.comparing.comparator import Verdict
from migration_harness.queries.since import seams_behind, verdicts_since
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.rollout.guards.tally import counted_in, nothing_compared
from migration_harness.wording import counted, percent

_FAILS: Final = {
    Verdict.CANDIDATE_ERROR: "raised",
    Verdict.TIMEOUT: "took too long",
    Verdict.BLOCKED: "tried a side effect",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateErrors:
    """Calls since the step began in which the candidate raised, overran its budget or tried a side effect.

    ``most_bps``: the share of the comparisons that may, in basis points; by default none.
    """

    name: str = "candidate_errors"
    most_bps: int = 0

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether the candidate fails too often."""
        found = verdicts_since(seam_names=seams_behind(watched.flag), since=watched.since)
        failed = [each for each in found if each.verdict in _FAILS]
        number, comparisons = sum(each.comparisons for each in failed), counted_in(found).comparisons
        if not comparisons:
            return nothing_compared(self.name)
        numbers = {"comparisons": str(comparisons), "failures": str(number), "most_bps": str(self.most_bps)}
        of = f"{number:,} of {counted(comparisons, 'comparison')}"
        allowed = f" (allowed: {percent(self.most_bps)})" if self.most_bps else ""
        if number * 10_000 <= self.most_bps * comparisons:
            sentence = f"The candidate failed in {of}{allowed}."
            return GuardAnswer(guard=self.name, reading=Reading.HOLDS, sentence=sentence, numbers=numbers)
        first = failed[0]
        how = _FAILS[Verdict(first.verdict)]
        sentence = (
            f"The candidate failed in {of}{allowed}; most often that of {first.seam} {how} "
            f"(discrepancy {first.signature})."
        )
        return GuardAnswer(guard=self.name, reading=Reading.BROKEN, sentence=sentence, numbers=numbers)
