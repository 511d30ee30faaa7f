"""Arguments made again from what a sample keeps of them, by the types in the candidate's signature."""

import inspect
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from django.db.models import Model

from migration_harness.exceptions import NotExportable
from migration_harness.log.rendering import MAX_ITEMS, MAX_TEXT
from migration_harness.reviewing.regression.rebuilt import (
    Rebuilt,
    applied,
    called,
    collection,
    import_of,
    literal,
    mapping,
)
from migration_harness.seams.reconstruction import Reconstruction
from migration_harness.secret import Secret

_FINGERPRINT: Final = re.compile(r"sha:[0-9a-f]{6}")
_CUT_OFF: Final = re.compile(r"… \(\d+ characters\)$")
_TEXTUAL: Final = (Decimal, float, datetime, date)


def rebuilt_call(
    candidate: Callable[..., Any], recorded: Mapping[str, Any], declared: Reconstruction
) -> dict[str, Rebuilt]:
    """Return the arguments of a recorded call by name. Raises NotExportable where one of them cannot be made."""
    refuse_secrets(recorded)
    hints = _hints_of(candidate)
    return {
        name: applied(declared.arguments[name], value)
        if name in declared.arguments
        else _rebuilt(value, hints.get(name, Any), name)
        for name, value in _in_order_of(list(inspect.signature(candidate).parameters), recorded)
    }


def refuse_secrets(recorded: Any) -> None:
    """Raise NotExportable where a recorded value is the fingerprint of a secret: the secret is kept nowhere."""
    if isinstance(recorded, str) and _FINGERPRINT.fullmatch(recorded):
        raise NotExportable("A secret is part of it. No secret is recorded, so no test can be made of it.")
    if isinstance(recorded, Mapping):
        recorded = list(recorded.values())
    if isinstance(recorded, list):
        for inner in recorded:
            refuse_secrets(inner)


def _hints_of(target: Any) -> dict[str, Any]:
    """Return the types that a signature names, none where they cannot be resolved."""
    try:
        return get_type_hints(target)
    except (NameError, TypeError):
        return {}


def _in_order_of(names: list[str], values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return values as the code has them: the database keeps an object's keys in an order of its own."""
    return sorted(values.items(), key=lambda item: names.index(item[0]) if item[0] in names else len(names))


def _rebuilt(value: Any, hint: Any, where: str) -> Rebuilt:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(value, get_args(hint), where)
    kind = origin or hint
    if isinstance(kind, type):
        if issubclass(kind, Secret):
            raise NotExportable(f"{where} is a secret: no secret is recorded, so no test can be made of it.")
        if issubclass(kind, Model):
            return _instance(value, kind, where)
        if is_dataclass(kind):
            return _dataclass(value, kind, where)
        if issubclass(kind, Enum):
            return _made_by(kind, value, where)
        if issubclass(kind, _TEXTUAL) and isinstance(value, str):
            return _textual(kind, value, where)
    return _plain(value, hint, where)


def _one_of(value: Any, hints: tuple[Any, ...], where: str) -> Rebuilt:
    if value is None:
        return literal(None)
    refused: NotExportable | None = None
    for hint in hints:
        if hint is not type(None):
            try:
                return _rebuilt(value, hint, where)
            except NotExportable as error:
                refused = error
    raise refused or _unknown(value, where)


def _instance(value: Any, kind: type[Model], where: str) -> Rebuilt:
    """An unsaved instance of the model, with its primary key."""
    found = re.fullmatch(rf"{kind.__name__}\((.+)\)", str(value))
    if found is None:
        raise _unknown(value, where)
    key: Any = int(found[1]) if re.fullmatch(r"-?\d+", found[1]) else found[1]
    return called(kind, {"pk": literal(key)})


def _dataclass(value: Any, kind: Any, where: str) -> Rebuilt:
    if not isinstance(value, Mapping):
        raise _unknown(value, where)
    hints, known = _hints_of(kind), [field.name for field in fields(kind) if field.init]
    inner = {
        name: _rebuilt(each, hints.get(name, Any), f"{where}.{name}")
        for name, each in _in_order_of(known, value)
        if name in known
    }
    return called(kind, inner)


def _made_by(kind: Any, value: Any, where: str) -> Rebuilt:
    try:
        return applied(kind, value)
    except (ValueError, ArithmeticError):
        raise _unknown(value, where) from None


def _textual(kind: Any, value: str, where: str) -> Rebuilt:
    if not issubclass(kind, date):
        if kind is float:
            made = _made_by(float, value, where)
            return Rebuilt(value=made.value, source=made.source)
        return _made_by(kind, value, where)
    try:
        made_date = kind.fromisoformat(value)
    except ValueError:
        raise _unknown(value, where) from None
    imported, name = import_of(kind)
    return Rebuilt(value=made_date, source=f"{name}.fromisoformat({value!r})", imports=frozenset({imported}))


def _plain(value: Any, hint: Any, where: str) -> Rebuilt:
    arguments, kind = get_args(hint), get_origin(hint) or hint
    if isinstance(value, list):
        if len(value) >= MAX_ITEMS:
            raise NotExportable(f"{where} has {MAX_ITEMS} elements or more, of which a sample keeps no more.")
        inner = [
            _rebuilt(each, _element_hint(kind, arguments, index), f"{where}[{index}]")
            for index, each in enumerate(value)
        ]
        return collection(kind, inner)
    if isinstance(value, Mapping):
        if len(value) >= MAX_ITEMS:
            raise NotExportable(f"{where} has {MAX_ITEMS} keys or more, of which a sample keeps no more.")
        hinted = arguments[1] if len(arguments) > 1 else Any
        return mapping({key: _rebuilt(each, hinted, f"{where}.{key}") for key, each in value.items()})
    if isinstance(value, str) and len(value) > MAX_TEXT and _CUT_OFF.search(value):
        raise NotExportable(f"{where} is longer than the {MAX_TEXT} characters that a sample keeps.")
    if not _fits(value, hint):
        raise _unknown(value, where)
    return literal(value)


def _fits(value: Any, hint: Any) -> bool:
    """Tell whether a plain value may stand for a type; of types that cannot be asked, it may."""
    if value is None or hint is Any or not isinstance(hint, type):
        return True
    try:
        return isinstance(value, hint)
    except TypeError:
        return True


def _element_hint(kind: Any, arguments: tuple[Any, ...], index: int) -> Any:
    if not arguments:
        return Any
    fixed = kind is tuple and Ellipsis not in arguments
    return arguments[index] if fixed and index < len(arguments) else arguments[0]


def _unknown(value: Any, where: str) -> NotExportable:
    # The value is not told: nothing is known of it.
    return NotExportable(
        f"The argument {where} was recorded as {type(value).__name__} and cannot be made again by the candidate's "
        f"signature: declare Reconstruction(arguments={{{where.partition('.')[0]!r}: …}}) beside the seam."
    )
