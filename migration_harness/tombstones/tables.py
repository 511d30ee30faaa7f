"""Which tables lose something with the deletion: as a whole, or columns of one that stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import plan
from migration_harness.retire.drops import Drop, DroppedTable


@dataclass(frozen=True, slots=True, kw_only=True)
class LosingTables:
    """Tables that go as a whole, and tables that stay with the columns that go from them."""

    wholes: tuple[str, ...] = ()
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All of them, in order."""
        return sorted({*self.wholes, *self.columns})


NONE: Final = LosingTables()


def losing_tables() -> LosingTables:
    """Return the tables of the plan's drops, without those whose model is gone with its code."""
    try:
        drops = plan().drops
    except (HarnessMisconfigured, ImportError):
        # A system check says so.
        return NONE
    wholes: set[str] = set()
    columns: dict[str, set[str]] = {}
    for drop in drops:
        if (options := _options(drop)) is None:
            continue
        if isinstance(drop, DroppedTable):
            wholes |= {options.db_table, *_joining(options.local_many_to_many)}
        else:
            fields = [found for name in drop.fields if (found := _field(options, name)) is not None]
            wholes |= set(_joining(each for each in fields if each.many_to_many))
            columns.setdefault(options.db_table, set()).update(each.column for each in fields if each.column)
    stay = {table: frozenset(names) for table, names in columns.items() if names and table not in wholes}
    return LosingTables(wholes=tuple(sorted(wholes)), columns=stay)


def _options(drop: Drop) -> Any:
    """Return what Django knows of the model of a drop; None where its code is gone."""
    try:
        return apps.get_model(drop.model)._meta  # noqa: SLF001  Its public name.
    except (LookupError, ValueError):
        return None


def _field(options: Any, name: str) -> Any:
    try:
        return options.get_field(name)
    except FieldDoesNotExist:
        return None


def _joining(fields: Any) -> list[str]:
    """Return the tables that Django has made for fields of many to many."""
    return [each.m2m_db_table() for each in fields if each.remote_field.through._meta.auto_created]  # noqa: SLF001
