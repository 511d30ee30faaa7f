"""What an exported test asserts: an answer in the form in which the comparison log keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from django.db.models import Model, QuerySet

from migration_harness.comparing.difference import ABSENT
from migration_harness.comparing.errors import contract_of
from migration_harness.comparing.frames import is_frame, parts_of
from migration_harness.comparing.limits import LIMITS
from migration_harness.comparing.rows import has_rows, rows_of
from migration_harness.comparing.stored import columns_of, declares, held_by
from migration_harness.log.rendering import render
from migration_harness.seams.seam import Seam


def as_recorded(seam: Seam[Any, Any], answer: Any) -> Any:
    """Return an answer as it is compared and as samples keep it: plain numbers, texts, lists and dictionaries."""
    return render(cleaned(seam, answer), reads=True)


def recorded_at(seam: Seam[Any, Any], answer: Any, path: str) -> Any:
    """Return the field of an answer that a difference names, as samples keep it; ``(absent)`` where there is none."""
    return render(_at(cleaned(seam, answer), path, seam.criteria.root), reads=True)


def error_as_recorded(error: BaseException) -> Any:
    """Return what an error says by its arguments and attributes, as it is compared and as samples keep it."""
    return render(contract_of(error))


def queryset_of(model: type[Model], rows: Sequence[Model]) -> "QuerySet[Model]":
    """Return a QuerySet that has these rows and is not read again; what is asked of it further goes by their keys."""
    found = model._base_manager.filter(pk__in=[row.pk for row in rows])  # noqa: SLF001  Whatever the host's hides.
    found._result_cache = list(rows)  # noqa: SLF001  Django's QuerySet has no other place for them.
    return found


def cleaned(seam: Seam[Any, Any], answer: Any) -> Any:
    """Return an answer as it is compared."""
    return seam.judging.clean(answer) if is_cleaned(seam) else answer  # type: ignore[misc]


def is_cleaned(seam: Seam[Any, Any]) -> bool:
    """Tell whether answers are compared in another form than they are given in."""
    return seam.judging.clean is not None


def _at(value: Any, path: str, here: str) -> Any:
    if path == here:
        return value
    for inner_path, inner in _inside(value, here):
        if path == inner_path or path.startswith((f"{inner_path}.", f"{inner_path}[")):
            found = _at(inner, path, inner_path)
            if found is not ABSENT:
                return found
    return ABSENT


def _inside(value: Any, here: str) -> list[tuple[str, Any]]:
    value = _as_compared(value)
    if isinstance(value, Mapping):
        # A key of other characters may be written as an index.
        return [(place, inner) for key, inner in value.items() for place in (f"{here}.{key}", f'{here}["{key}"]')]
    if is_dataclass(value) and not isinstance(value, type):
        return [(f"{here}.{field.name}", getattr(value, field.name)) for field in fields(value)]
    if columns := columns_of(type(value)):
        held = held_by(value)
        return [(f"{here}.{name}", held[name]) for name in columns if name in held]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [(f"{here}[{index}]", inner) for index, inner in enumerate(value)]
    return []


def _as_compared(value: Any) -> Any:
    """Return what a comparison looks into: of a QuerySet its rows, of a frame its labels and elements."""
    kind = type(value)
    if has_rows(kind):
        return rows_of(value, LIMITS.rows)[: LIMITS.rows]
    if is_frame(kind):
        return parts_of(value)
    return value.tolist() if declares(kind, "tolist") else value
