"""Rows of a part as text, in the order of their key: streamed by COPY, however many there are.

Both ends of a comparison are read in one order and one form, whatever the session or the database would choose.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from psycopg import sql

from migration_harness.backup.parts import Part

Row = tuple[str | None, ...]
OnProgress = Callable[[int], object]
"""Is told how many more rows are done."""

PLAIN: Final = (
    "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC'; "
    "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL statement_timeout = 0;"
)
"""How values are written as text; holds for a transaction."""
_STEP: Final = 1_000


def say_nothing(_: int) -> None:
    """Tell nobody."""


def stream(cursor: Any, part: Part, *, relation: str = "", on_progress: OnProgress = say_nothing) -> Iterator[Row]:
    """Yield the rows of a part. The cursor is busy until the last; ``relation`` stands in for its own table."""
    done = 0
    with cursor.copy(_selecting(part, relation or part.table)) as copy:
        for row in copy.rows():
            yield row
            done += 1
            if done % _STEP == 0:
                on_progress(_STEP)
    on_progress(done % _STEP)


def place(part: Part, row: Row) -> tuple[tuple[bool, str], ...]:
    """Return where a row comes in the order of a stream."""
    return tuple((value is None, value or "") for value in row[: len(part.key)])


def fill(cursor: Any, relation: str, columns: Sequence[str], rows: Iterator[Row]) -> int:
    """Write rows into a table by COPY; returns how many."""
    filled = 0
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(relation), names)) as copy:
        for row in rows:
            copy.write_row(row)
            filled += 1
    return filled


def _selecting(part: Part, relation: str) -> sql.Composed:
    return sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, part.columns)),
        sql.Identifier(relation),
        sql.SQL(", ").join(_ordered(name) for name in part.key),
    )


def _ordered(name: str) -> sql.Composed:
    """Return a column to order by: its text by its bytes, as Python orders it and no locale otherwise."""
    return sql.Identifier(name) + sql.SQL('::text COLLATE "C"')
