"""Which schema migrations go before the new code, and which after the old code: those that take something away.

A class attribute says it, ``post = True``. A name part does where the migration also takes something away: in
``0012_post_drop_tariffs`` it marks, in ``0003_post_charge`` it is a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_DROPS_BY_SQL: Final = re.compile(r"\bDROP\s+(?:TABLE|COLUMN|SCHEMA)\b[^;]*", re.IGNORECASE)
_ADDS: Final = (operations.CreateModel, operations.AddField)


class Kind(StrEnum):
    """When a migration is run."""

    PRE = "pre"
    """Before the new code: it adds, and the old code runs on."""
    POST = "post"
    """After the old code: it takes away what nobody uses any more."""

    @property
    def other(self) -> "Kind":
        """The other one."""
        return Kind.POST if self is Kind.PRE else Kind.PRE


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a migration takes away: a table, or a column of one; ``sql`` where a statement does it."""

    table: str
    column: str = ""
    sql: str = ""

    def __str__(self) -> str:
        if self.sql:
            return self.sql
        return f"column {self.table}.{self.column}" if self.column else f"table {self.table}"


def kind_of(migration: Migration) -> Kind:
    """Return when a migration is run."""
    marked = getattr(migration, "post", None)
    if marked is None:
        marked = "_post_" in migration.name and any(map(takes, _flat(migration)))
    return Kind.POST if marked else Kind.PRE


def takes(operation: Operation) -> bool:
    """Tell whether an operation takes a table or a column away, by its name or as a whole."""
    match operation:
        case operations.DeleteModel() | operations.RemoveField() | operations.RenameField() | operations.RenameModel():
            return True
        case operations.RunSQL():
            return any(_statements(operation))
    return False


def adds(migration: Migration) -> list[str]:
    """Return what a migration adds that new code may need, in words."""
    return [operation.describe() for operation in _flat(migration) if isinstance(operation, _ADDS)]


def takes_in_words(migration: Migration) -> list[str]:
    """Return what a migration takes away, in words."""
    return [operation.describe() for operation in _flat(migration) if takes(operation)]


def taken_by(migration: Migration, state: ProjectState) -> list[Taken]:
    """Return what a migration takes away from the schema of a state, which is the one before it."""
    found: list[Taken] = []
    state = state.clone()
    for operation in migration.operations:
        found += _taken(operation, migration.app_label, state)
        operation.state_forwards(migration.app_label, state)
    return found


def _taken(operation: Operation, app_label: str, state: ProjectState) -> Iterator[Taken]:
    match operation:
        case operations.DeleteModel(name=name):
            yield Taken(table=_meta(state, app_label, name).db_table)
        case (
            operations.RemoveField(model_name=model, name=name)
            | operations.RenameField(model_name=model, old_name=name)
        ):
            meta = _meta(state, app_label, model)
            column = meta.get_field(name).column
            if column is not None:
                yield Taken(table=meta.db_table, column=column)
        case operations.RenameModel(old_name=name):
            yield Taken(table=_meta(state, app_label, name).db_table)
        case operations.RunSQL():
            yield from (Taken(table="", sql=each) for each in _statements(operation))
        case operations.SeparateDatabaseAndState(database_operations=inner):
            for each in inner:
                yield from _taken(each, app_label, state)


def _meta(state: ProjectState, app_label: str, name: str) -> Any:
    return state.apps.get_model(app_label, name)._meta  # noqa: SLF001  Django's documented name.


def _flat(migration: Migration) -> Iterator[Operation]:
    for operation in migration.operations:
        inner = getattr(operation, "database_operations", None)
        yield from [operation] if inner is None else inner


def _statements(operation: operations.RunSQL) -> Iterator[str]:
    """Yield the statements of a script that drop a table or a column, without what a comment says of one."""
    parts = [operation.sql] if isinstance(operation.sql, str) else operation.sql
    for part in parts:
        text = part if isinstance(part, str) else part[0]
        yield from (" ".join(each.split()) for each in _DROPS_BY_SQL.findall(re.sub(r"--[^\n]*", "", text)))
