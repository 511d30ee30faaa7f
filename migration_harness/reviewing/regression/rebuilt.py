"""A value that was made again, and how a source file writes it."""

from dataclasses import dataclass
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

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
    if not all(map(is_a_name, [*name.split("."), *target.__module__.split(".")])):
        raise NotExportable(f"{target.__module__}.{name} cannot be imported: move it to the top of its module.")
    return (target.__module__, name.partition(".")[0]), name


def is_a_name(text: str) -> bool:
    """Tell whether a source file can have this as a name, and Python then reads the same one."""
    return text.isidentifier() and not iskeyword(text) and normalize("NFKC", text) == text
