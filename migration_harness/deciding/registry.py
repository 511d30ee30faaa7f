"""All seams of this process, by name."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol


class Breaking(Protocol):
    """What stops a seam from comparing for a while."""

    @property
    def is_open(self) -> bool:
        """Whether this process does not compare for now."""


class AnySeam(Protocol):
    """What the registry asks of a seam, whether it reads or writes."""

    name: str
    flag: str

    @property
    def candidate(self) -> Callable[..., Any]:
        """The new implementation."""

    @property
    def measure(self) -> str | None:
        """The unit of what can be summed, None where nothing can."""

    @property
    def money(self) -> bool:
        """Whether it prices charges."""

    @property
    def breaker(self) -> Breaking | None:
        """The seam's breaker, None where it has none."""


class SeamRegistry:
    """Filled by the seams themselves as their modules are imported: those that read and those that write."""

    def __init__(self) -> None:
        self._by_name: dict[str, AnySeam] = {}
        self.duplicates: set[str] = set()
        """Names that more than one seam has."""

    def add(self, seam: AnySeam) -> None:
        """Register a seam; a second one of the same name takes its place, and a system check says so."""
        if seam.name in self._by_name:
            self.duplicates.add(seam.name)
        self._by_name[seam.name] = seam

    @property
    def money_flags(self) -> frozenset[str]:
        """The flags of the seams that price charges."""
        return frozenset([each.flag for each in self._by_name.values() if each.money])

    @property
    def tripped(self) -> list[str]:
        """The seams that this process does not compare for now, because the breaker is open."""
        return sorted(each.name for each in self._by_name.values() if each.breaker is not None and each.breaker.is_open)

    def get(self, name: str) -> AnySeam | None:
        """Return the seam of this name, None where there is none."""
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[AnySeam]:
        return iter(sorted(self._by_name.values(), key=lambda seam: seam.name))


seams = SeamRegistry()
