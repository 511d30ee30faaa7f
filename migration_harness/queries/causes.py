"""What several discrepancies have in common: one mistake differs in many groups, and is reviewed once."""

from collections.abc import Iterable
from dataclasses import dataclass

from migration_harness.queries.differences import Discrepancy


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Discrepancies of one seam and verdict that raise at one place, or differ in the same fields.

    Attributes:
        seam: Their seam.
        verdict: Their verdict.
        what: Where a side raised, or the fields that differ, as people read it.
        discrepancies: Those that it is found in, in the order in which they were given.
    """

    seam: str
    verdict: str
    what: str
    discrepancies: tuple[Discrepancy, ...]

    @property
    def count(self) -> int:
        """All their comparisons."""
        return sum(each.count for each in self.discrepancies)


def causes_of(found: Iterable[Discrepancy]) -> list[Cause]:
    """Return the causes of these discrepancies, the one with the most comparisons first."""
    together: dict[tuple[str, str, str], list[Discrepancy]] = {}
    for each in found:
        together.setdefault((each.seam, each.verdict, each.cause), []).append(each)
    causes = [
        Cause(seam=seam, verdict=verdict, what=what, discrepancies=tuple(members))
        for (seam, verdict, what), members in together.items()
    ]
    return sorted(causes, key=lambda cause: -cause.count)
