"""Arguments made again from what a sample keeps of them: each value, and beside it what it was."""

import inspect
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, Flag
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Field, Model

from migration_harness.comparing.scope import of_every_element
from migration_harness.exceptions import NotExportable
from migration_harness.log.rendering import MAX_ITEMS, Rendering
from migration_harness.log.scalars import LOST, MAX_TEXT, PLAIN
from migration_harness.reviewing.regression.kinds import made_again, named
from migration_harness.reviewing.regression.rebuilt import Import, Rebuilt, import_of, is_a_name
from migration_harness.reviewing.regression.tables import table_again
from migration_harness.seams.reconstruction import Reconstruction

_FINGERPRINT: Final = re.compile(r"sha:[0-9a-f]{6}")
_CUT_OFF: Final = re.compile(r"… \(\d+ characters\)$")
_KEYS: Final = re.compile(r"dict\[(int|UUID|date|Decimal)\]")
_KEY_CLASSES: Final[Mapping[str, Any]] = {"int": int, "UUID": UUID, "date": date, "Decimal": Decimal}
_COLLECTIONS: Final[Mapping[str, Any]] = {each.__name__: each for each in (set, frozenset, deque)}
_UNREADABLE: Final = (ValueError, ArithmeticError, TypeError, LookupError, SyntaxError, AttributeError, ValidationError)

Kinds = Mapping[str, Sequence[str]]
"""What the values of a call were, by path: Note [Kinds] in :mod:`migration_harness.log.rendering`."""


def rebuilt_call(
    candidate: Callable[..., Any], recorded: Mapping[str, Any], declared: Reconstruction, kinds: Kinds
) -> dict[str, Rebuilt]:
    """Return the arguments of a recorded call by name. Raises NotExportable where one of them cannot be made."""
    refuse_secrets(recorded)
    _refuse_nameless(recorded)
    rebuilding = _Rebuilding(kinds)
    return {
        name: _by_host(declared.arguments[name], value) if name in declared.arguments else rebuilding.of(value, name)
        for name, value in _in_order_of(list(inspect.signature(candidate).parameters), recorded)
    }


def refuse_unlike(call: Mapping[str, Rebuilt], recorded: Mapping[str, Any], kinds: Kinds, by_host: Any) -> None:
    """Raise NotExportable where a value that was made again is not the one that was recorded."""
    for name, made in call.items():
        rendering = Rendering()
        shown = rendering.of(made.value, 1, f".{name}")
        was = {path: kinds[path] for path in kinds if re.match(rf"\.{re.escape(name)}(?![\w-])", path)}
        if name not in by_host and (shown != recorded[name] or rendering.kinds != was):
            raise _unknown(recorded[name], name)


def refuse_secrets(recorded: Any) -> None:
    """Raise NotExportable where a recorded value is the fingerprint of a secret: the secret is kept nowhere."""
    if isinstance(recorded, str) and _FINGERPRINT.fullmatch(recorded):
        raise NotExportable("A secret is part of it. No secret is recorded, so no test can be made of it.")
    if isinstance(recorded, Mapping):
        recorded = [*recorded, *recorded.values()]
    if isinstance(recorded, list):
        for inner in recorded:
            refuse_secrets(inner)


def _refuse_nameless(recorded: Mapping[str, Any]) -> None:
    """Raise NotExportable where an argument has a name that a source file cannot have: it would be code there."""
    for name in recorded:
        if not is_a_name(name):
            raise NotExportable(
                f"An argument is named {name!a}, which is no name in a source file: write this test by hand."
            )


def _in_order_of(names: list[str], values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return values as the code has them: the database keeps an object's keys in an order of its own."""
    return sorted(values.items(), key=lambda item: names.index(item[0]) if item[0] in names else len(names))


class _Rebuilding:
    """Makes values again by what they were."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def of(self, value: Any, where: str) -> Rebuilt:
        """Return one value. Raises NotExportable."""
        _refuse_cut(value, where)
        kinds = self._kinds.get(of_every_element(f".{where}"), (PLAIN,))
        try:
            # Elements of several classes: which of them is of which was not recorded.
            return self._made(value, kinds[0], where) if len(kinds) == 1 else _refuse(value, where)
        except _UNREADABLE:
            raise _unknown(value, where) from None

    def _made(self, value: Any, kind: str, where: str) -> Rebuilt:
        if kind == LOST:
            raise _unknown(value, where)
        if kind == PLAIN:
            return self.plain(value, where)
        if kind == tuple.__name__:
            return _collection(tuple, self.places(value, where))
        if kind in _COLLECTIONS:
            return _collection(_COLLECTIONS[kind], self.elements(value, where))
        if kind == Counter.__name__:
            return _called(Counter, (self.plain(value, where),), {})
        if keys := _KEYS.fullmatch(kind):
            return self._mapping(value, where, _KEY_CLASSES[keys[1]])
        table = table_again(kind, value, where, self)
        return table or made_again(kind, value) or self._of_host(value, named(kind), where)

    def _of_host(self, value: Any, cls: Any, where: str) -> Rebuilt:
        """Return a value of a class that is the host's own."""
        if not isinstance(cls, type):
            raise _unknown(value, where)
        if issubclass(cls, Enum):
            return _member(cls, value)
        if issubclass(cls, Model):
            return _instance(cls, value)
        if is_dataclass(cls):
            return self._dataclass(cls, value, where)
        if issubclass(cls, tuple):
            return _called(cls, self.places(value, where), {})
        return _called(cls, (_literal(value),), {})

    def _dataclass(self, cls: Any, value: Mapping[str, Any], where: str) -> Rebuilt:
        known = [field.name for field in fields(cls) if field.init]
        inner = {name: self.of(each, f"{where}.{name}") for name, each in _in_order_of(known, value) if name in known}
        return _called(cls, (), inner)

    def elements(self, value: Sequence[Any], where: str) -> tuple[Rebuilt, ...]:
        """Return elements that are of one class. Raises NotExportable."""
        return tuple(self.of(each, f"{where}[{index}]") for index, each in enumerate(value))

    def places(self, value: Sequence[Any], where: str) -> tuple[Rebuilt, ...]:
        """Return elements each of which is of a class of its own. Raises NotExportable."""
        return tuple(self.of(each, f"{where}.{index}") for index, each in enumerate(value))

    def plain(self, value: Any, where: str) -> Rebuilt:
        """Return what JSON holds as it is. Raises NotExportable."""
        if isinstance(value, list):
            return _collection(list, self.elements(value, where))
        return self._mapping(value, where, str) if isinstance(value, Mapping) else _literal(value)

    def _mapping(self, value: Mapping[str, Any], where: str, keys: Any) -> Rebuilt:
        pairs = [
            (_literal(key) if keys is str else _key(keys, key), self.of(value[key], f"{where}.{key}")) for key in value
        ]
        return Rebuilt(
            value={key.value: each.value for key, each in pairs},
            source=f"{{{', '.join(f'{key.source}: {each.source}' for key, each in pairs)}}}",
            imports=_needed(each for pair in pairs for each in pair),
        )


def _refuse_cut(value: Any, where: str) -> None:
    """Raise NotExportable, with the reason, where a sample keeps less than there was."""
    if isinstance(value, list | Mapping) and len(value) >= MAX_ITEMS:
        what = "elements" if isinstance(value, list) else "keys"
        raise NotExportable(f"{where} has {MAX_ITEMS} {what} or more, of which a sample keeps no more.")
    if isinstance(value, str) and len(value) > MAX_TEXT and _CUT_OFF.search(value):
        raise NotExportable(f"{where} is longer than the {MAX_TEXT} characters that a sample keeps.")


def _literal(value: Any) -> Rebuilt:
    return Rebuilt(value=value, source=repr(value))


def _key(cls: Any, text: str) -> Rebuilt:
    if cls in (str, int):
        return _literal(cls(text))
    return made_again(cls.__name__, text) or _refuse(text, "key")


def _collection(cls: Any, inner: Sequence[Rebuilt]) -> Rebuilt:
    written = ", ".join(each.source for each in inner)
    made: Any = cls(each.value for each in inner)
    if cls is tuple:
        source = f"({written}{',' if len(inner) == 1 else ''})"
    else:
        source = f"[{written}]" if cls is list else f"{cls.__name__}([{written}])"
    needed = {import_of(cls)[0]} if cls is deque else set()
    return Rebuilt(value=made, source=source, imports=_needed(inner) | needed)


def _called(cls: Any, positional: Sequence[Rebuilt], by_name: Mapping[str, Rebuilt]) -> Rebuilt:
    imported, name = import_of(cls)
    try:
        made = cls(*[each.value for each in positional], **{key: each.value for key, each in by_name.items()})
    except (TypeError, ValueError) as error:
        raise NotExportable(f"{name} cannot be made again: {type(error).__name__}.") from None
    written = ", ".join([*(each.source for each in positional), *(f"{key}={by_name[key].source}" for key in by_name)])
    needed = _needed([*positional, *by_name.values()]) | {imported}
    return Rebuilt(value=made, source=f"{name}({written})", imports=needed)


def _needed(inner: Any) -> frozenset[Import]:
    return frozenset().union(*(each.imports for each in inner))


def _member(cls: type[Enum], value: Any) -> Rebuilt:
    """A member of an enum: by its value where it is a number or text, else by its name."""
    if issubclass(cls, Flag) and isinstance(value, str):
        value = int(value.removeprefix(f"{cls.__name__}(").removesuffix(")"))
    elif not issubclass(cls, int | str):
        imported, name = import_of(cls)
        member = cls[str(value).removeprefix(f"{cls.__name__}.")]
        return Rebuilt(value=member, source=f"{name}[{member.name!r}]", imports=frozenset({imported}))
    return _called(cls, (_literal(value),), {})


def _instance(cls: type[Model], value: Any) -> Rebuilt:
    """An unsaved instance of the model, with its primary key."""
    key = str(value).removeprefix(f"{cls.__name__}(").removesuffix(")")
    columns: Sequence[Field[Any, Any]] = cls._meta.pk_fields
    texts = [key] if len(columns) == 1 else json.loads(key)
    parts = [_part(column, text) for column, text in zip(columns, texts, strict=True)]
    return _called(cls, (), {"pk": parts[0] if len(columns) == 1 else _collection(tuple, parts)})


def _part(column: Any, text: str) -> Rebuilt:
    made = column.to_python(text)
    return made_again(type(made).__name__, text) or _literal(made)


def _by_host(function: Callable[[Any], Any], value: Any) -> Rebuilt:
    imported, name = import_of(function)
    return Rebuilt(value=function(value), source=f"{name}({value!r})", imports=frozenset({imported}))


def _refuse(value: Any, where: str) -> Rebuilt:
    raise _unknown(value, where)


def _unknown(value: Any, where: str) -> NotExportable:
    # The value is not told: nothing is known of it.
    name = re.split(r"[.\[]", where)[0]
    return NotExportable(
        f"The argument {where} was recorded as {type(value).__name__} and cannot be made again from what a sample "
        f"keeps: declare Reconstruction(arguments={{{name!r}: …}}) beside the seam."
    )
