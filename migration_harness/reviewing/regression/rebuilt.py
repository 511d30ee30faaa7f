"""A value that was made again, and how a source file writes it."""

from dataclasses import dataclass
from typing import Any

from migration_harness.exceptions import NotExportable

Import = tuple[str, str]
"""A module and a name in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A value, how a source file writes it, and what that file has to import."""

    value: Any
    source: str
    imports: frozenset[Import] = frozenset()


def import_of(target: Any) -> tuple[Import, str]:
    """Return what to import for a class or function, and how it is then called. Raises NotExportable."""
    name: str = target.__qualname__
    if "<" in name:
        raise NotExportable(f"{target.__module__}.{name} cannot be imported: move it to the top of its module.")
    return (target.__module__, name.partition(".")[0]), name
