"""Brings the parts of a backup into a scratch database, and tells whether what stands there is what was written."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg import errors, sql

from migration_harness.backup.building import add_constraint, create_index, create_table
from migration_harness.backup.header import PartHeader
from migration_harness.backup.reading import Checked, rows_of
from migration_harness.backup.rows import PLAIN, OnProgress, fill, stream
from migration_harness.backup.scratch import Connection
from migration_harness.exceptions import BackupUnreadable, ScratchMissing

_NEEDS_MORE: Final = (
    errors.UndefinedFunction,
    errors.UndefinedTable,
    errors.UndefinedObject,
    errors.UndefinedColumn,
    errors.InvalidSchemaName,
    errors.DuplicateTable,
)
"""Of what only the whole database has; the last, an index of columns that go in two parts."""


def restored_name(number: int) -> str:
    """Return what the table of a part is called in a scratch database: two parts may be of one table."""
    return f"part_{number}"


def restore_all(
    place: Connection, *, file: IO[bytes], path: Path, checked: Checked, on_progress: OnProgress
) -> list[str]:
    """Make each part in the scratch database, fill it, and read it back. Returns what could not be tried there.

    Raises ScratchMissing for a type that is not known there, BackupUnreadable where a part does not come back as it
    was written.
    """
    place.execute(PLAIN)
    untried: list[str] = []
    for number, header in enumerate(checked.header.parts):
        table = restored_name(number)
        _make(place, table, header)
        with place.cursor() as cursor:
            fill(cursor, table, header.part.columns, rows_of(file, path, checked, number))
        untried += _constrained(place, table, header)
        _read_back(place, checked, number, path)
        on_progress(checked.ends[number].rows)
    return untried


def _make(place: Connection, table: str, header: PartHeader) -> None:
    try:
        place.execute(create_table(table, header.definition))
    except errors.UndefinedObject as error:
        raise ScratchMissing(
            f"{header.part.table} has a column that a new database cannot have ({_first_line(error)}). Name an empty "
            "database that knows it: --scratch-url postgresql://USER:PASSWORD@HOST:PORT/NAME"
        ) from None


def _constrained(place: Connection, table: str, header: PartHeader) -> Iterator[str]:
    """Add what the rows must meet, as a restore does; yields what cannot be tried without the other tables."""
    definition, own = header.definition, header.part.table
    for each in definition.constraints:
        if each.is_foreign:
            yield f"{own}: foreign key {each.name}"
        elif not _tried(place, add_constraint(table, each)):
            yield f"{own}: constraint {each.name}"
    for name, statement in definition.indexes:
        if not _tried(place, create_index(_moved(statement, own, table))):
            yield f"{own}: index {name}"
    yield from (f"{own}: trigger {name}" for name, _ in definition.triggers)


def _moved(statement: str, own: str, table: str) -> str:
    """Return the statement of an index for the table of another name."""
    return statement.replace(f" ON {own} ", f" ON {table} ").replace(f' ON "{own}" ', f" ON {table} ")


def _tried(place: Connection, statement: sql.Composed) -> bool:
    """Tell whether a statement can run there; one that needs what only the whole database has cannot."""
    try:
        with place.transaction():
            place.execute(statement)
    except _NEEDS_MORE:
        return False
    return True


def _read_back(place: Connection, checked: Checked, number: int, path: Path) -> None:
    header, end = checked.header.parts[number], checked.ends[number]
    if checked.key is None:
        return
    digest = checked.key.digest()
    with place.cursor() as cursor:
        for row in stream(cursor, header.part, relation=restored_name(number)):
            digest.add(row)
    if (digest.rows, digest.value) != (end.rows, end.digest):
        raise BackupUnreadable(
            f"{path}: {header.part.table} does not come back as it was written ({digest.rows:,} rows of {end.rows:,}). "
            "Make another backup."
        )


def _first_line(error: psycopg.Error) -> str:
    return str(error).splitlines()[0]
