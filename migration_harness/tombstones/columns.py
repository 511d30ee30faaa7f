"""Reads of legacy columns, counted where an attribute is read: of the fields that the plan says will be dropped.

Django's own reading for a write is none: it goes with the field. What SQL reads without an attribute (``values()``,
``filter()``) is not seen here.
"""

import sys
from types import FrameType
from typing import Any, Final

from django.apps import apps
from django.db.models import Field, Model

from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import Phase, plan
from migration_harness.retire.drops import DroppedColumns
from migration_harness.tombstones.cells import Counted, take_in
from migration_harness.tombstones.declaring import Entry, EntryKind, entries
from migration_harness.tombstones.marking import count

_DJANGO: Final = "django.db.models."
_FOR_OTHERS: Final = frozenset({"value_from_object", "value_to_string"})
"""Functions of Django's fields by which forms and serializers read."""


class CountedColumn:
    """In place of a field's attribute on its model: counts who reads it, and is else the same."""

    def __init__(self, inner: Any, field: "Field[Any, Any]", counted: Counted) -> None:
        self.field = field
        self._inner = inner
        self._counted = counted

    def __get__(self, instance: Model | None, model: type[Model] | None = None) -> Any:
        if instance is None:
            return self
        if not _is_djangos_own(sys._getframe(1)):  # noqa: SLF001  The documented way to a frame.
            count(self._counted)
        values = instance.__dict__
        name = self.field.attname
        return values[name] if name in values else self._inner.__get__(instance, model)

    def __set__(self, instance: Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value

    def __delete__(self, instance: Model) -> None:
        try:
            del instance.__dict__[self.field.attname]
        except KeyError:
            raise AttributeError(self.field.attname) from None


def install() -> None:
    """Count reads of every column that the plan drops; once, when the models are ready."""
    try:
        phases = plan().phases
    except (HarnessMisconfigured, ImportError):
        # A system check says so.
        return
    for phase in phases:
        for drop in phase.drops:
            if isinstance(drop, DroppedColumns):
                _watch(drop, phase)


def _watch(drop: DroppedColumns, phase: Phase) -> None:
    model = apps.get_model(drop.model)
    for name in drop.fields:
        field = model._meta.get_field(name)  # noqa: SLF001  Django's documented way to a field.
        inner = model.__dict__.get(field.attname)
        if inner is None or isinstance(inner, CountedColumn) or hasattr(inner, "__set__"):
            # A descriptor of its own that writes, too, is not taken apart.
            continue
        entry = _entry(f"{drop.model}.{name}", phase)
        entries.add(entry)
        setattr(model, field.attname, CountedColumn(inner, field, take_in(Counted(entry.name))))


def _entry(name: str, phase: Phase) -> Entry:
    owners = dict.fromkeys(flag.owner for flag in phase.flags)
    return Entry(
        name=name,
        kind=EntryKind.COLUMN,
        owner=", ".join(owners) or "the plan",
        since=None,
        reason=f"The plan drops it with phase {phase.number}.",
    )


def _is_djangos_own(frame: FrameType) -> bool:
    """Tell whether Django reads for itself: to save a row, or to read it anew."""
    module = str(frame.f_globals.get("__name__", ""))
    return module.startswith(_DJANGO) and frame.f_code.co_name not in _FOR_OTHERS
