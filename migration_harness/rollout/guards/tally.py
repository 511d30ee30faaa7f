"""Comparisons since a step began, counted, and what is said where there are none."""

from collections import Counter
from collections.abc import Iterable

from migration_harness.evidence.findings import Tally
from migration_harness.queries.since import VerdictCount
from migration_harness.rollout.guards.guard import GuardAnswer, Reading


def counted_in(found: Iterable[VerdictCount]) -> Tally:
    """Count comparisons by what they say of the candidate, as gates do."""
    counts: Counter[str] = Counter()
    for each in found:
        counts[each.verdict] += each.comparisons
    return Tally.of(counts)


def nothing_compared(guard: str) -> GuardAnswer:
    """Say that there is nothing to go by."""
    return GuardAnswer(
        guard=guard,
        reading=Reading.NO_DATA,
        sentence="Nothing that counts has been compared since the step began.",
        numbers={"comparisons": "0"},
    )
