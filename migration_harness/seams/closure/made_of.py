"""What an object that can be called is made of: the modules of its code, and the values that it was given."""

import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import partial
from typing import Any, Final

from migration_harness.seams.closure.walking import HARNESS

_PLAIN: Final = (bool, int, float, complex, str, bytes, Decimal, Fraction, type(None))
_MOST: Final = 2_000
"""Objects that are looked at: one that holds more holds data, and no settings of its own."""


@dataclass(slots=True)
class MadeOf:
    """Modules, the names of the functions and classes, and plain values in the order in which they are held."""

    modules: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)


def made_of(made: Any) -> MadeOf:
    """Return what something is made of. The harness's own objects are not looked into."""
    found = MadeOf()
    seen: set[int] = set()
    waiting = [made]
    while waiting and len(seen) < _MOST:
        each = waiting.pop()
        if _is_proxy(type(each)):
            found.said.append(f"proxy {type(each).__qualname__}")
        elif isinstance(each, _PLAIN):
            found.said.append(f"{type(each).__name__} {each!r}")
        elif id(each) not in seen and not _is_of_harness(each):
            seen.add(id(each))
            waiting.extend(reversed(list(_held(each, found))))
    return found


def _is_proxy(kind: type) -> bool:
    """Tell whether objects of a class say that they are of another: to ask one may be to load what it stands for."""
    return any("__class__" in vars(each) for each in kind.__mro__ if each is not object)


def _is_of_harness(each: Any) -> bool:
    return f"{type(each).__module__}.".startswith(f"{HARNESS}.") or (
        isinstance(each, types.FunctionType) and f"{each.__module__}.".startswith(f"{HARNESS}.")
    )


def _held(each: Any, found: MadeOf) -> Iterator[Any]:
    """Note one object, and yield what it holds."""
    match each:
        case types.FunctionType():
            # A decorator that keeps the function's name has another module's names.
            found.modules |= {str(each.__module__), str(each.__globals__.get("__name__", ""))}
            found.said.append(f"function {each.__qualname__}")
            yield from (cell.cell_contents for cell in each.__closure__ or () if _is_filled(cell))
            yield from [each.__wrapped__] if hasattr(each, "__wrapped__") else []
        case types.MethodType():
            yield from (each.__func__, each.__self__)
        case partial():
            yield from (each.func, *each.args, *(part for pair in sorted(each.keywords.items()) for part in pair))
        case Enum():
            found.modules.add(type(each).__module__)
            found.said.append(f"{type(each).__qualname__} {each.name}")
        case type():
            found.modules |= {kind.__module__ for kind in each.__mro__}
            found.said.append(f"class {each.__qualname__}")
        case types.ModuleType():
            found.modules.add(each.__name__)
        case tuple() | list():
            yield from each
        case dict():
            yield from (part for pair in each.items() for part in pair)
        case set() | frozenset():
            yield from sorted(each, key=repr)
        case _:
            found.modules |= {kind.__module__ for kind in type(each).__mro__}
            found.said.append(f"{type(each).__qualname__} {getattr(each, '__qualname__', '')}")
            yield from _attributes(each)


def _attributes(each: Any) -> Iterator[Any]:
    """Yield what an object of the host's was given, by the names of its attributes."""
    held = getattr(each, "__dict__", None)
    if isinstance(held, dict):
        yield from (part for pair in sorted(held.items()) for part in pair)
    for kind in type(each).__mro__:
        names = kind.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if name not in {"__dict__", "__weakref__"} and hasattr(each, name):
                yield from (name, getattr(each, name))


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  Asked whether it is there.
    except ValueError:
        return False
    return True
