"""Where a search for differences looks first: declared by the host beside the seam."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Named = Mapping[str, Iterable[Any]]
"""Values by the argument that they are for; ``argument.field`` for one field of a dataclass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """Says which inputs ``harness explore`` tries. Making one registers it; each of a seam is a kind of calls.

    Attributes:
        seams: The names of the seams that it is for.
        values: Returns the values, anew for each search: they may come from rates and rules in the database. Numbers
            are boundaries, and the smallest and the greatest of them are the ends: tried are they, their neighbours,
            their multiples, and what lies between. Anything else is tried as it is named, and nothing besides.
    """

    seams: tuple[str, ...]
    values: Callable[[], Named]

    def __post_init__(self) -> None:
        for seam in self.seams:
            _by_seam.setdefault(seam, []).append(self)


_by_seam: dict[str, list[Boundaries]] = {}


def boundaries_of(seam: str) -> list[dict[str, list[Any]]]:
    """Return the values that the host names for each kind of calls; raises what its functions raise."""
    kinds = [each.values() for each in _by_seam.get(seam, ())]
    return [{path: list(values) for path, values in named.items()} for named in kinds]
