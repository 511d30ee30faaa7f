"""What the database has of a part now, against what a backup has of it: which rows are gone, new, or have changed."""

from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql

from migration_harness.backup.building import create_copy
from migration_harness.backup.header import PartHeader
from migration_harness.backup.parts import Kind

_NAMED: Final = 20
_EXISTS: Final = "SELECT to_regclass(%s) IS NOT NULL"
_THERE: Final = """
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
_COUNTED: Final = """
SELECT CASE WHEN {gone} THEN 'gone' WHEN {new} THEN 'new' WHEN {changed} THEN 'changed' ELSE 'equal' END AS kind,
       count(*)
FROM {copy} b FULL JOIN {own} l ON {same} GROUP BY kind
"""
_FIRST: Final = "SELECT {key} FROM {copy} b FULL JOIN {own} l ON {same} WHERE {which} LIMIT {named}"
_DIFFERING: Final = "SELECT {columns} FROM {copy} b JOIN {own} l ON {same} WHERE {changed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What has become of a part.

    Attributes:
        header: The part.
        copy: The table of this transaction that has its rows from the backup.
        has_table: The database has its table.
        missing: Columns of it that the database does not have.
        counts: Rows by what became of them: gone, new, changed, equal.
        named: The first of them by their keys.
        columns: The columns in which rows have changed.
    """

    header: PartHeader
    copy: str
    has_table: bool
    missing: tuple[str, ...]
    counts: dict[str, int]
    named: dict[str, list[str]]
    columns: tuple[str, ...]

    @property
    def can_be_restored(self) -> bool:
        """Whether there is a place for it: columns of a table that is gone have none."""
        return self.has_table or self.header.part.kind is Kind.TABLE

    @property
    def is_whole(self) -> bool:
        """Whether the database has all of it, as it was."""
        return self.has_table and not self.missing and not self.counts.get("gone") and not self.counts.get("changed")


def copy_of(cursor: Any, header: PartHeader, number: int) -> str:
    """Make the table of this transaction that takes the rows of a part; returns its name."""
    name = f"harness_restored_{number}"
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(name)))
    cursor.execute(create_copy(name, tuple(header.definition.column(each) for each in header.part.columns)))
    return name


def look(cursor: Any, header: PartHeader, copy: str) -> Standing:
    """Return what has become of a part, of which ``copy`` has the rows."""
    quoted = f'"{header.part.table}"'
    cursor.execute(_EXISTS, [quoted])
    (has_table,) = cursor.fetchone()
    cursor.execute(_THERE, [quoted])
    there = {name for (name,) in cursor.fetchall()}
    missing = tuple(name for name in header.part.columns if name not in there) if has_table else ()
    counts, named = _counted(cursor, header, copy, missing) if has_table else _all_gone(cursor, copy)
    return Standing(
        header=header,
        copy=copy,
        has_table=has_table,
        missing=missing,
        counts=counts,
        named=named,
        columns=_columns(cursor, header, copy, missing) if counts.get("changed") else (),
    )


def same(header: PartHeader) -> sql.Composed:
    """Return the condition by which a row of the copy ``b`` is a row of the table ``l``."""
    # A null equals no null: a table without a primary key is compared by its text.
    return sql.SQL(" AND ").join(
        sql.SQL("b.{0} = l.{0}").format(sql.Identifier(name))
        if header.part.values
        else sql.SQL("coalesce(b.{0}::text, '') = coalesce(l.{0}::text, '')").format(sql.Identifier(name))
        for name in header.part.key
    )


def changed(header: PartHeader, missing: tuple[str, ...]) -> sql.Composable:
    """Return the condition by which a row has another value now, in the columns that were there all the time."""
    there = [name for name in header.part.values if name not in missing]
    return sql.SQL(" OR ").join(map(_is_another, there)) if there else sql.SQL("false")


def _is_another(name: str) -> sql.Composed:
    return sql.SQL("b.{0}::text IS DISTINCT FROM l.{0}::text").format(sql.Identifier(name))


def _counted(
    cursor: Any, header: PartHeader, copy: str, missing: tuple[str, ...]
) -> tuple[dict[str, int], dict[str, list[str]]]:
    kinds = {"gone": _absent("l"), "new": _absent("b"), "changed": changed(header, missing)}
    asked = {"copy": sql.Identifier(copy), "own": sql.Identifier(header.part.table), "same": same(header)}
    cursor.execute(sql.SQL(_COUNTED).format(**kinds, **asked))
    counts: dict[str, int] = dict(cursor.fetchall())
    present = _absent("l") + sql.SQL(" OR ") + _absent("b")
    kinds["changed"] = sql.SQL("NOT ({}) AND ({})").format(present, kinds["changed"])
    named = {}
    for kind in counts.keys() & kinds.keys():
        first = {"key": _key(header), "named": sql.Literal(_NAMED), "which": kinds[kind]}
        cursor.execute(sql.SQL(_FIRST).format(**first, **asked))
        named[kind] = [name for (name,) in cursor.fetchall()]
    return counts, named


def _key(header: PartHeader) -> sql.Composed:
    return sql.SQL(" || '/' || ").join(
        sql.SQL("coalesce(b.{0}::text, l.{0}::text, 'null')").format(sql.Identifier(name)) for name in header.part.key
    )


def _absent(side: str) -> sql.Composed:
    """Return the condition by which a row of the join has nothing on a side: there its hidden ctid is null."""
    return sql.SQL("{}.ctid IS NULL").format(sql.Identifier(side))


def _all_gone(cursor: Any, copy: str) -> tuple[dict[str, int], dict[str, list[str]]]:
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(copy)))
    return {"gone": cursor.fetchone()[0]}, {}


def _columns(cursor: Any, header: PartHeader, copy: str, missing: tuple[str, ...]) -> tuple[str, ...]:
    there = [name for name in header.part.values if name not in missing]
    statement = sql.SQL(_DIFFERING).format(
        columns=sql.SQL(", ").join(sql.SQL("coalesce(bool_or({}), false)").format(_is_another(name)) for name in there),
        copy=sql.Identifier(copy),
        own=sql.Identifier(header.part.table),
        same=same(header),
        changed=changed(header, missing),
    )
    cursor.execute(statement)
    return tuple(name for name, differs in zip(there, cursor.fetchone(), strict=True) if differs)
