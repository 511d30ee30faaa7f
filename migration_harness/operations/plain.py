"""Values as a recording keeps them: plain, bounded, and such that most come back for another run."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from migration_harness.exceptions import NotRevivable
from migration_harness.operations.declaring import label_of
from migration_harness.secret import Secret

LONGEST_TEXT: Final = 32_768
DEEPEST: Final = 12
MOST_ITEMS: Final = 1_000
_PLAIN: Final = (bool, int, float)


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON has it; what is no value of its own is named by its class."""
    if value is None or type(value) in _PLAIN:
        return value
    if depth > DEEPEST:
        return {"$cut": type(value).__qualname__}
    match value:
        case Enum():
            return plain(value.value, depth)
        case str() | bytes():
            return text(value) if isinstance(value, str) else digest_of(value)
        case Decimal() | UUID() | datetime() | date():
            return {f"${type(value).__name__.lower()}": str(value)}
        case Mapping():
            return _mapping(value, depth)
        case list() | tuple() | set() | frozenset():
            return _list(value, depth)
    return _object(value, depth)


def text(value: str) -> Any:
    """Return a text, or what remains of one that is too long."""
    return value if len(value) <= LONGEST_TEXT else digest_of(value.encode(), length=len(value))


def digest_of(value: bytes, *, length: int | None = None) -> dict[str, Any]:
    """Return what is kept of bytes: enough to see that two differ."""
    return {"$sha256": sha256(value).hexdigest(), "length": len(value) if length is None else length}


def is_whole(value: Any) -> bool:
    """Tell whether a plain value is all that there was."""
    match value:
        case dict():
            return not {"$cut", "$sha256", "$secret", "$object"} & value.keys() and all(map(is_whole, value.values()))
        case list():
            return all(map(is_whole, value))
    return True


def revived(value: Any) -> Any:
    """Return the value that ``plain`` was made of. Raises NotRevivable, and DoesNotExist for a row that is gone."""
    match value:
        case {"$row": label, "pk": pk}:
            return apps.get_model(label)._base_manager.get(pk=revived(pk))  # noqa: SLF001  Whatever the host hides.
        case {"$decimal": kept}:
            return Decimal(kept)
        case {"$uuid": kept}:
            return UUID(kept)
        case {"$datetime": kept}:
            return datetime.fromisoformat(kept)
        case {"$date": kept}:
            return date.fromisoformat(kept)
        case dict():
            if not is_whole(value):
                raise NotRevivable(f"Only a part was recorded of a value: {sorted(value)}.")
            return {name: revived(inner) for name, inner in value.items()}
        case list():
            return [revived(inner) for inner in value]
    return value


def _mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    kept = {str(name): plain(inner, depth + 1) for name, inner in list(value.items())[:MOST_ITEMS]}
    return kept if len(value) <= MOST_ITEMS else {**kept, "$cut": len(value)}


def _list(value: Any, depth: int) -> list[Any]:
    kept = [plain(inner, depth + 1) for inner in list(value)[:MOST_ITEMS]]
    if isinstance(value, set | frozenset):
        kept.sort(key=str)
    return kept if len(value) <= MOST_ITEMS else [*kept, {"$cut": len(value)}]


def _object(value: Any, depth: int) -> Any:
    if isinstance(value, Secret):
        return {"$secret": value.fingerprint}
    if isinstance(value, Model):
        return {"$row": label_of(type(value)), "pk": plain(value.pk, depth + 1)}
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name, None), depth + 1) for each in fields(value)}
    return {"$object": type(value).__qualname__}
