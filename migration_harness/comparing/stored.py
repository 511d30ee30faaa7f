"""What an object holds, read past whatever its class would do when it is read: no property runs, and no query."""

from collections.abc import Iterator
from types import BuiltinFunctionType, MemberDescriptorType, SimpleNamespace
from typing import Any, Final

_HEAP: Final = 1 << 9
_NEVER_MADE: Final = 1 << 7


def held_by(value: Any) -> dict[str, Any]:
    """Return the attributes that are stored in an object itself, by name: those of its dictionary and its slots."""
    try:
        found = dict(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        found = {}
    for base in type(value).__mro__:
        for name, member in vars(base).items():
            if type(member) is MemberDescriptorType and name not in found:
                try:
                    found[name] = member.__get__(value)
                except AttributeError:
                    continue  # A slot that was never filled.
    return found


def holds_all(kind: type) -> bool:
    """Tell whether all that instances of a class are is in their attributes: nothing of it was made in C."""
    return kind is not object and all(base in (object, SimpleNamespace) or _is_of_python(base) for base in kind.__mro__)


def _is_of_python(kind: type) -> bool:
    is_made = kind.__flags__ & _HEAP and not kind.__flags__ & _NEVER_MADE
    return bool(is_made) and not isinstance(vars(kind).get("__new__"), BuiltinFunctionType)


def columns_of(kind: type) -> tuple[str, ...]:
    """Return the names under which a model of Django keeps its columns; empty for any other class."""
    meta = _declared(kind, "_meta")
    return tuple(_names(getattr(meta, "concrete_fields", ()))) if meta is not None else ()


def key_columns_of(kind: type) -> tuple[str, ...]:
    """Return the names under which a model of Django keeps its primary key; empty for any other class."""
    meta = _declared(kind, "_meta")
    columns = getattr(meta, "pk_fields", None) or [getattr(meta, "pk", None)]
    return tuple(_names(columns)) if columns_of(kind) else ()


def _names(columns: Any) -> Iterator[str]:
    for column in columns if isinstance(columns, tuple | list) else ():
        name = getattr(column, "attname", None)
        if isinstance(name, str):
            yield name


def declares(kind: type, name: str) -> bool:
    """Tell whether a class, or one that it is derived from, has an attribute of its own."""
    return any(name in vars(base) for base in type.mro(kind))


def name_of(kind: type) -> str:
    """Return the name of a class, whatever its metaclass says."""
    return str(type.__dict__["__name__"].__get__(kind))


def _declared(kind: type, name: str) -> Any:
    # Not by getattr: a metaclass may answer anything.
    return next((vars(base)[name] for base in type.mro(kind) if name in vars(base)), None)
