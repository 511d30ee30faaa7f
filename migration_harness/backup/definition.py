"""How a part is defined in the database: columns, constraints, indexes and triggers, as the catalogue has them.

It goes into the file, so that a table that was dropped can be made again by whatever code runs on that day: the models
of then are not deployed yet, and the schema migration that dropped it belongs to the code that is to go.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from migration_harness.backup.parts import Kind, Part

Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a statement and returns its rows: of Django's connection, or of one to a scratch database."""

_COLUMNS: Final = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity <> '', a.attgenerated <> '',
       CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(n.nspname) || '.' || quote_ident(c.collname)
            ELSE '' END
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation c ON c.oid = a.attcollation
LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_CONSTRAINTS: Final = """
SELECT c.conname, c.contype::text, pg_get_constraintdef(c.oid),
       coalesce((SELECT quote_ident(n.nspname) || '.' || quote_ident(r.relname)
                 FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace WHERE r.oid = c.confrelid), ''),
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, o)
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY o),
       ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, o)
             JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY o)
FROM pg_constraint c
WHERE c.conrelid = to_regclass(%s) AND c.contype IN ('p', 'u', 'f', 'c', 'x')
ORDER BY array_position(ARRAY['p', 'u', 'x', 'c', 'f'], c.contype::text), c.conname
"""
_INDEXES: Final = """
SELECT i.relname, replace(pg_get_indexdef(i.oid), ' ON ' || quote_ident(n.nspname) || '.', ' ON '),
       ARRAY(SELECT a.attname::text FROM pg_depend d JOIN pg_attribute a
             ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = i.oid AND d.refobjid = x.indrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE x.indrelid = to_regclass(%s)
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid AND c.conrelid = x.indrelid)
ORDER BY i.relname
"""
_TRIGGERS: Final = """
SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal ORDER BY tgname
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column; ``filler`` is the value, as text, that a row gets which came after the backup. None: the default."""

    name: str
    type: str
    not_null: bool
    default: str
    is_identity: bool
    is_generated: bool
    collation: str
    filler: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A constraint; ``foreign`` and ``foreign_columns`` are what a foreign key leads to."""

    name: str
    type: str
    definition: str
    foreign: str
    columns: tuple[str, ...]
    foreign_columns: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        """Whether it is a foreign key."""
        return self.type == "f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How a part is defined: what of its table goes with it."""

    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[tuple[str, str], ...] = ()
    triggers: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    def as_json(self) -> dict[str, Any]:
        """Return it as a file has it."""
        return asdict(self)

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> "Definition":
        """Return it as it was written."""
        return cls(
            columns=tuple(Column(**each) for each in read["columns"]),
            constraints=tuple(
                Constraint(
                    **each | {"columns": tuple(each["columns"]), "foreign_columns": tuple(each["foreign_columns"])}
                )
                for each in read["constraints"]
            ),
            indexes=tuple((name, definition) for name, definition in read["indexes"]),
            triggers=tuple((name, definition) for name, definition in read["triggers"]),
        )


def definition_of(part: Part, *, ask: Ask, fillers: Mapping[str, str | None]) -> Definition:
    """Return how a part is defined now; of the stage nothing but its columns, for those tables stay."""
    table = [f'"{part.table}"']
    columns = (_column(row, fillers) for row in ask(_COLUMNS, table))
    if part.kind is Kind.TABLE:
        return Definition(
            columns=tuple(columns),
            constraints=tuple(_constraints(ask, table)),
            indexes=tuple((name, definition) for name, definition, _ in ask(_INDEXES, table)),
            triggers=tuple((name, definition) for name, definition in ask(_TRIGGERS, table)),
        )
    own = tuple(column for column in columns if column.name in part.columns)
    if part.kind is Kind.STAGE:
        return Definition(columns=own)
    gone = set(part.values)
    return Definition(
        columns=own,
        constraints=tuple(each for each in _constraints(ask, table) if gone & set(each.columns)),
        indexes=tuple((name, definition) for name, definition, used in ask(_INDEXES, table) if gone & set(used)),
    )


def _column(row: tuple[Any, ...], fillers: Mapping[str, str | None]) -> Column:
    name, kind, not_null, default, is_identity, is_generated, collation = row
    # A sequence of the column's own goes with it: the column gets an identity instead.
    has_sequence = default.startswith("nextval(")
    return Column(
        name=name,
        type=kind,
        not_null=not_null,
        default="" if has_sequence else default,
        is_identity=is_identity or has_sequence,
        is_generated=is_generated,
        collation=collation,
        filler=fillers.get(name),
    )


def _constraints(ask: Ask, table: list[str]) -> Iterator[Constraint]:
    for name, kind, definition, foreign, columns, foreign_columns in ask(_CONSTRAINTS, table):
        yield Constraint(
            name=name,
            type=kind,
            definition=definition,
            foreign=foreign,
            columns=tuple(columns),
            foreign_columns=tuple(foreign_columns),
        )
