"""Brings one part back: what is missing of its table is made, its rows are put in, and nothing else is touched."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import DatabaseError
from psycopg import sql

from migration_harness.backup.building import (
    add_column,
    add_constraint,
    continue_sequences,
    create_index,
    create_table,
    not_null,
)
from migration_harness.backup.definition import Column, Constraint
from migration_harness.backup.looking import Standing, changed, same
from migration_harness.backup.parts import Kind
from migration_harness.database import transaction

_INSERT: Final = """
INSERT INTO {own} ({columns}) OVERRIDING SYSTEM VALUE
SELECT {picked} FROM {copy} b WHERE NOT EXISTS (SELECT FROM {own} l WHERE {same})
"""
_UPDATE: Final = "UPDATE {own} l SET {sets} FROM {copy} b WHERE {same} AND ({which})"
_FILL: Final = "UPDATE {own} SET {column} = {filler} WHERE {column} IS NULL"
_NULLS: Final = "SELECT count(*) FROM {own} WHERE {column} IS NULL"
_ORPHANED: Final = "NOT EXISTS (SELECT FROM {foreign} f WHERE {leads}) AND {named}"
_HAS_CONSTRAINT: Final = "SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = %s)"
_HAS_INDEX: Final = "SELECT to_regclass(%s) IS NOT NULL"


def give_way(cursor: Any, standing: Standing, *, also: frozenset[str]) -> Iterator[str]:
    """Take out of the copy what leads to rows that are gone; yields a sentence for each foreign key.

    A row of a table goes, of columns the value. Tables of ``also`` come back themselves.
    """
    part = standing.header.part
    for each in standing.header.definition.constraints:
        if not each.is_foreign or each.foreign.split(".")[-1].strip('"') in also | {part.table}:
            continue
        cursor.execute(_HAS_INDEX, [each.foreign])
        # Where it leads to is gone as a whole: the rows come back without the constraint, and that is told.
        if not cursor.fetchone()[0]:
            continue
        cursor.execute(_without_orphans(standing, each))
        if cursor.rowcount:
            what = "rows are" if part.kind is Kind.TABLE else "values are"
            yield f"{cursor.rowcount:,} {what} not restored: by {each.name} they lead to rows that are gone."


def bring_back(cursor: Any, standing: Standing, *, overwrite: bool) -> Iterator[str]:
    """Make what is missing of a part and put its rows in. Yields a sentence for each thing that is not as it was.

    A row that has changed meanwhile stays as it is, but where ``overwrite`` says otherwise; one that is new stays.
    """
    part, definition = standing.header.part, standing.header.definition
    if not standing.has_table:
        cursor.execute(create_table(part.table, definition))
    for name in standing.missing:
        cursor.execute(add_column(part.table, definition.column(name)))
    if standing.has_table and standing.missing:
        cursor.execute(_updating(standing, standing.missing, sql.SQL("true")))
    if part.kind is Kind.TABLE:
        cursor.execute(_inserting(standing))
    there = tuple(name for name in part.values if name not in standing.missing)
    if overwrite and standing.counts.get("changed"):
        cursor.execute(_updating(standing, there, changed(standing.header, standing.missing)))
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in standing.missing:
        yield from _filled(cursor, part.table, definition.column(name))
    if part.kind is Kind.TABLE:
        for statement in continue_sequences(part.table, definition):
            cursor.execute(statement)


def constrain(cursor: Any, standing: Standing) -> Iterator[str]:
    """Add what the rows have to meet, where it went; yields a sentence for each that they do not meet any more."""
    part, definition = standing.header.part, standing.header.definition
    if standing.has_table and not standing.missing:
        return
    for each in definition.constraints:
        cursor.execute(_HAS_CONSTRAINT, [f'"{part.table}"', each.name])
        if not cursor.fetchone()[0]:
            yield from _added(cursor, f"constraint {each.name}", add_constraint(part.table, each))
    for name, statement in definition.indexes:
        cursor.execute(_HAS_INDEX, [f'"{name}"'])
        if not cursor.fetchone()[0]:
            yield from _added(cursor, f"index {name}", create_index(statement))
    if not standing.has_table:
        for name, statement in definition.triggers:
            yield from _added(cursor, f"trigger {name}", create_index(statement))


def _added(cursor: Any, what: str, statement: sql.Composed) -> Iterator[str]:
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except DatabaseError as error:
        yield f"The {what} is not restored: {str(error).splitlines()[0]}."


def _filled(cursor: Any, table: str, column: Column) -> Iterator[str]:
    """Give rows that came since what the code of then would have, and refuse nulls again where there are none."""
    if not column.not_null:
        return
    own, name = sql.Identifier(table), sql.Identifier(column.name)
    if column.filler is not None:
        cursor.execute(sql.SQL(_FILL).format(own=own, column=name, filler=sql.Literal(column.filler)))
    cursor.execute(sql.SQL(_NULLS).format(own=own, column=name))
    if nulls := cursor.fetchone()[0]:
        yield f"{table}.{column.name} stays open to null: {nulls:,} rows that came since have no value."
    else:
        cursor.execute(not_null(table, column.name))


def _inserting(standing: Standing) -> sql.Composed:
    part = standing.header.part
    return sql.SQL(_INSERT).format(
        own=sql.Identifier(part.table),
        columns=sql.SQL(", ").join(map(sql.Identifier, part.columns)),
        picked=sql.SQL(", ").join(sql.SQL("b.{}").format(sql.Identifier(name)) for name in part.columns),
        copy=sql.Identifier(standing.copy),
        same=same(standing.header),
    )


def _updating(standing: Standing, columns: tuple[str, ...], which: sql.Composable) -> sql.Composed:
    return sql.SQL(_UPDATE).format(
        own=sql.Identifier(standing.header.part.table),
        sets=sql.SQL(", ").join(sql.SQL("{0} = b.{0}").format(sql.Identifier(name)) for name in columns),
        copy=sql.Identifier(standing.copy),
        same=same(standing.header),
        which=which,
    )


def _without_orphans(standing: Standing, key: Constraint) -> sql.Composed:
    pairs = list(zip(key.columns, key.foreign_columns, strict=True))
    orphaned = sql.SQL(_ORPHANED).format(
        foreign=sql.SQL(key.foreign),  # Quoted by the catalogue.
        leads=sql.SQL(" AND ").join(
            sql.SQL("f.{} = b.{}").format(sql.Identifier(there), sql.Identifier(here)) for here, there in pairs
        ),
        named=sql.SQL(" AND ").join(sql.SQL("b.{} IS NOT NULL").format(sql.Identifier(here)) for here, _ in pairs),
    )
    copy = sql.Identifier(standing.copy)
    if standing.header.part.kind is Kind.TABLE:
        return sql.SQL("DELETE FROM {} b WHERE {}").format(copy, orphaned)
    nulls = sql.SQL(", ").join(sql.SQL("{} = NULL").format(sql.Identifier(here)) for here, _ in pairs)
    return sql.SQL("UPDATE {} b SET {} WHERE {}").format(copy, nulls, orphaned)
