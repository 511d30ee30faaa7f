"""How a change is spread over accounts: quantiles and a histogram, by whole numbers alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

QUANTILES: Final = (0, 5, 25, 50, 75, 95, 100)
"""In percent of the accounts."""

_EDGES: Final = (-75, -50, -25, -10, 0, 10, 25, 50, 100)
"""In percent of what an account pays today."""
_WORDS: Final = (
    "less by 75 % and more", "less by 50 to 75 %", "less by 25 to 50 %", "less by 10 to 25 %", "less by up to 10 %",
    "unchanged",
    "more by up to 10 %", "more by 10 to 25 %", "more by 25 to 50 %", "more by 50 to 100 %", "more than doubled",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Accounts whose change is alike; ``says`` is how."""

    says: str
    accounts: int


def quantiles(values: Sequence[int]) -> dict[int, int]:
    """Return the value at each of QUANTILES by the nearest rank; nothing for no values."""
    ordered = sorted(values)
    return {percent: ordered[max(0, -(-percent * len(ordered) // 100) - 1)] for percent in QUANTILES if ordered}


def histogram(pairs: Sequence[tuple[int, int]]) -> list[Bin]:
    """Return the bins of credits before and after, in order; an account that paid nothing and pays is doubled."""
    counts = [0] * len(_WORDS)
    for before, after in pairs:
        counts[_bin(before, after)] += 1
    return [Bin(says=says, accounts=count) for says, count in zip(_WORDS, counts, strict=True)]


def _bin(before: int, after: int) -> int:
    change = 100 * (after - before)
    if change == 0:
        return _WORDS.index("unchanged")
    if change < 0:
        # A change on an edge belongs to the larger one.
        return next((place for place, edge in enumerate(_EDGES[:4]) if change <= edge * before), 4)
    return next((place for place, edge in enumerate(_EDGES[5:], start=6) if change <= edge * before), len(_WORDS) - 1)
