"""A value made again, and how a source file writes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
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


def literal(value: Any) -> Rebuilt:
    """Return a value that writes itself."""
    return Rebuilt(value=value, source=repr(value))


def applied(function: Callable[[Any], Any], value: Any) -> Rebuilt:
    """Return what a function or class makes of one value that writes itself."""
    imported, name = import_of(function)
    return Rebuilt(value=function(value), source=f"{name}({value!r})", imports=frozenset({imported}))


def called(kind: Any, arguments: Mapping[str, Rebuilt]) -> Rebuilt:
    """Return what a class makes of arguments by name. Raises NotExportable where it refuses them."""
    imported, name = import_of(kind)
    try:
        made = kind(**{key: each.value for key, each in arguments.items()})
    except (TypeError, ValueError) as error:
        raise NotExportable(f"{name} cannot be made again: {type(error).__name__}.") from None
    written = ", ".join(f"{key}={each.source}" for key, each in arguments.items())
    return Rebuilt(value=made, source=f"{name}({written})", imports=_imports(arguments.values()) | {imported})


def mapping(pairs: Mapping[str, Rebuilt]) -> Rebuilt:
    """Return a dictionary of these values."""
    written = ", ".join(f"{key!r}: {each.source}" for key, each in pairs.items())
    values = {key: each.value for key, each in pairs.items()}
    return Rebuilt(value=values, source=f"{{{written}}}", imports=_imports(pairs.values()))


def collection(kind: Any, inner: Sequence[Rebuilt]) -> Rebuilt:
    """Return these values as a tuple, a set or, where the type says neither, a list."""
    values, written = [each.value for each in inner], ", ".join(each.source for each in inner)
    needed = _imports(inner)
    if kind is tuple:
        return Rebuilt(value=tuple(values), source=f"({written}{',' if len(inner) == 1 else ''})", imports=needed)
    if isinstance(kind, type) and issubclass(kind, AbstractSet):
        made: Any = set(values) if kind is set else frozenset(values)
        return Rebuilt(value=made, source=f"{type(made).__name__}([{written}])", imports=needed)
    return Rebuilt(value=values, source=f"[{written}]", imports=needed)


def _imports(parts: Iterable[Rebuilt]) -> frozenset[Import]:
    return frozenset[Import]().union(*(each.imports for each in parts))
