"""How an exported test makes the calls of a seam: declared by the host beside the seam."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstruction:
    """Says what an exported test needs besides the recorded call. Making one registers it.

    The functions are imported by the exported file, so they belong to a module and not to another function.

    Attributes:
        seams: The names of the seams that it is for.
        prepare: Fills an empty test database with what the sides read.
        arguments: By an argument's name, a function that takes the recorded value and returns the argument. Needed
            where a sample does not keep all of it: of an object it keeps the class, and of a model's instance the
            primary key, of which an unsaved one is made. Dataclasses, enums, numbers, dates, paths and collections of
            them are made again by themselves.
    """

    seams: tuple[str, ...]
    prepare: Callable[[], object] | None = None
    arguments: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for seam in self.seams:
            _by_seam[seam] = self


_by_seam: dict[str, Reconstruction] = {}
_NONE = Reconstruction(seams=())


def reconstruction_of(seam: str) -> Reconstruction:
    """Return what was declared for a seam; where nothing was, one that prepares nothing."""
    return _by_seam.get(seam, _NONE)
