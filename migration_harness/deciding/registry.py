"""All seams of this process, by name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from migration_harness.seams.seam import Seam
    from migration_harness.seams.write_seam import WriteSeam

    AnySeam: TypeAlias = Seam[Any, Any] | WriteSeam[Any, Any]


class SeamRegistry:
    """Filled by the seams themselves as their modules are imported: those that read and those that write."""

    def __init__(self) -> None:
        self._by_name: dict[str, AnySeam] = {}
        self.duplicates: set[str] = set()
        """Names that more than one seam has."""

    def add(self, seam: "AnySeam") -> None:
        """Register a seam; a second one of the same name takes its place, and a system check says so."""
        if seam.name in self._by_name:
            self.duplicates.add(seam.name)
        self._by_name[seam.name] = seam

    @property
    def money_flags(self) -> frozenset[str]:
        """The flags of the seams that price charges."""
        return frozenset(each.flag for each in self._by_name.values() if each.money)

    @property
    def tripped(self) -> list[str]:
        """The seams that this process does not compare for now, because the breaker is open."""
        return sorted(each.name for each in self._by_name.values() if each.breaker is not None and each.breaker.is_open)

    def get(self, name: str) -> "AnySeam | None":
        """Return the seam of this name, None where there is none."""
        return self._by_name.get(name)

    def __iter__(self) -> "Iterator[AnySeam]":
        return iter(sorted(self._by_name.values(), key=lambda seam: seam.name))


seams = SeamRegistry()
