"""What legacy code remains: in the tree, in the database, and in what only retired seams reach."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from migration_harness.database import alias
from migration_harness.plan import Plan, plan
from migration_harness.queries.flags import FlagStatus, flag_statuses
from migration_harness.retire.drops import Drop, DroppedColumns
from migration_harness.retire.finders import Dropped
from migration_harness.retire.kept import KeptSchema
from migration_harness.retire.lines import LegacyLine
from migration_harness.retire.scan import Remains, scan
from migration_harness.retire.watched import Tree

if TYPE_CHECKING:
    from django.db.migrations.state import StateApps

SCHEMA: Final = "schema"
"""The line of what the plan's phases drop."""

Table = tuple[str, Mapping[str, str]]
"""The name of a table, and its columns by the names of their fields."""


def legacy_lines() -> tuple[LegacyLine, ...]:
    """Return the plan's list of what must be gone, with a line for its drops where it has some."""
    found = plan()
    return (*found.legacy, *([_of_drops(found)] if found.drops else []))


def remains(
    lines: Sequence[LegacyLine],
    *,
    root: Path | None = None,
    as_if_complete: bool = False,
    on_line: Callable[[], object] = lambda: None,
    tree: Tree | None = None,
    flags: Iterable[FlagStatus] | None = None,
) -> list[Remains]:
    """Look for what remains of these lines. Raises SourceUnreadable.

    ``root`` is another tree: the database is not its own, so of its schema nobody knows. ``as_if_complete``: as if
    every flag of the plan were complete for everyone. ``on_line`` is called after each line. ``tree`` is the look
    at the own tree of several who ask together, ``flags`` all flags as they have read them.
    """
    schema, retired = None, frozenset(plan().seams)
    if root is None and any(isinstance(finder, Dropped) for line in lines for finder in line.finds):
        schema = (_in_database(plan().drops), _by_migrations(plan().drops))
    if not as_if_complete:
        retired = retired_seams(flags)
    return scan(root or Path(settings.BASE_DIR), lines, schema=schema, retired=retired, on_line=on_line, tree=tree)


def retired_seams(flags: Iterable[FlagStatus] | None = None) -> frozenset[str]:
    """Return the seams of the plan whose flag is complete for everyone, or retired; ``flags``: all, where known."""
    known = flag_statuses(retired=True) if flags is None else flags
    over = {flag.name for flag in known if flag.is_complete or flag.retired}
    return frozenset(seam for seam, flag in plan().seams.items() if flag in over)


def _of_drops(found: Plan) -> LegacyLine:
    return LegacyLine(
        name=SCHEMA,
        sentence="No table and no column of legacy code in the database, nor in what its schema migrations make",
        finds=tuple(Dropped(drop=drop) for drop in found.drops),
    )


def _in_database(drops: Sequence[Drop]) -> KeptSchema:
    return KeptSchema(where="database", tables=_by_model(drops, _table_there))


_made: dict[frozenset[tuple[str, str]], "StateApps"] = {}
"""The models that schema migrations make, by which these are: to make them takes ten times as long as to list them."""


def _by_migrations(drops: Sequence[Drop]) -> KeptSchema:
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415  Other verbs start sooner without it.

    loader = MigrationLoader(None, ignore_no_migrations=True)
    migrations = frozenset(loader.disk_migrations)
    if (state := _made.get(migrations)) is None:
        state = loader.project_state().apps
        _made.clear()
        _made[migrations] = state

    def table(drop: Drop) -> Table | None:
        try:
            model = state.get_model(drop.model)
        except LookupError:
            return None
        return model._meta.db_table, {field.name: field.column for field in model._meta.concrete_fields}  # noqa: SLF001

    return KeptSchema(where="schema migrations", tables=_by_model(drops, table))


def _by_model(drops: Sequence[Drop], table: Callable[[Drop], Table | None]) -> dict[str, Table]:
    """Return the table of each drop's model; of a model that several drop from, the columns of all."""
    found: dict[str, Table] = {}
    for drop in drops:
        if (there := table(drop)) is not None:
            name, columns = there
            found[drop.model] = (name, {**found.get(drop.model, ("", {}))[1], **columns})
    return found


def _table_there(drop: Drop) -> Table | None:
    """Return what the database has of a drop; of a model whose code is gone, by Django's own names."""
    name, database, columns = _declared(drop)
    with database.cursor() as cursor:
        if name not in database.introspection.table_names(cursor):
            return None
        there = {column.name for column in database.introspection.get_table_description(cursor, name)}
    return name, {field: column for field, column in columns if column in there}


def _declared(drop: Drop) -> tuple[str, BaseDatabaseWrapper, Iterator[tuple[str, str]]]:
    fields = drop.fields if isinstance(drop, DroppedColumns) else ()
    try:
        model = apps.get_model(drop.model)
    except LookupError:
        app, _, model_name = drop.model.lower().partition(".")
        return f"{app}_{model_name}", connections[alias()], ((field, field) for field in fields)
    known = {field.name: str(field.column) for field in model._meta.concrete_fields}  # noqa: SLF001  Django's documented name.
    columns = ((field, known.get(field, field)) for field in fields)
    return model._meta.db_table, connections[model._default_manager.db], columns  # noqa: SLF001
