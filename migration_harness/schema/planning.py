"""What one kind of schema migrations would do now, and what stands against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from migration_harness.exceptions import MigrationOutOfTurn
from migration_harness.schema.kinds import Kind, Taken, kind_of, taken_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a migration takes away, and how many rows have something there; None where that cannot be counted."""

    taken: Taken
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMigration:
    """A schema migration that would be run."""

    app_label: str
    name: str
    operations: tuple[str, ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaPlan:
    """The migrations of one kind that are not applied, in order; ``others``: how many of the other kind wait."""

    kind: Kind
    database: str
    migrations: tuple[PlannedMigration, ...]
    others: int

    @property
    def losses(self) -> list[Loss]:
        """All that would be taken away."""
        return [loss for each in self.migrations for loss in each.losses]

    @property
    def is_lossy(self) -> bool:
        """Whether it has to be asked for: a post migration takes something away, or any one does that is not empty."""
        return any(self.kind is Kind.POST or loss.rows != 0 for loss in self.losses)

    @property
    def targets(self) -> list[tuple[str, str]]:
        """The last of these migrations of each app, in order."""
        return list({each.app_label: (each.app_label, each.name) for each in self.migrations}.values())


def schema_plan(kind: Kind, *, database: str) -> SchemaPlan:
    """Return what would be run. Raises MigrationOutOfTurn where one needs another of the other kind before it."""
    connection = connections[database]
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    waiting = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    asked = [migration for migration in waiting if kind_of(migration) is kind]
    others = [migration for migration in waiting if kind_of(migration) is not kind]
    _refuse_out_of_turn(asked, others, executor, kind)
    graph = executor.loader.graph
    state = executor.loader.project_state([key for key in executor.loader.applied_migrations if key in graph.nodes])
    planned = []
    for migration in asked:
        losses = tuple(Loss(taken=each, rows=rows_of(connection, each)) for each in taken_by(migration, state))
        done = tuple(operation.describe() for operation in migration.operations)
        planned.append(
            PlannedMigration(app_label=migration.app_label, name=migration.name, operations=done, losses=losses)
        )
        migration.mutate_state(state, preserve=False)
    return SchemaPlan(kind=kind, database=database, migrations=tuple(planned), others=len(others))


def _refuse_out_of_turn(
    asked: Sequence[Migration], others: Sequence[Migration], executor: MigrationExecutor, kind: Kind
) -> None:
    waiting = {(each.app_label, each.name) for each in others}
    for migration in asked:
        key = migration.app_label, migration.name
        before = [each for each in executor.loader.graph.forwards_plan(key) if each in waiting]
        if before:
            needed = ", ".join(".".join(each) for each in before)
            raise MigrationOutOfTurn(
                f"{'.'.join(key)} is a {kind} migration and needs {needed}, which is marked {kind.other} and is not "
                f"applied. Nothing was run. {_remedy(kind)}"
            )


def _remedy(kind: Kind) -> str:
    if kind is Kind.PRE:
        return "When no process of the code before it runs any more: python manage.py harness migrate --post"
    return "First: python manage.py harness migrate --pre"


def rows_of(connection: BaseDatabaseWrapper, taken: Taken) -> int | None:
    """Count the rows of a table, or those that have something in a column that is neither null nor empty."""
    if taken.sql:
        return None
    with connection.cursor() as cursor:
        if taken.table not in connection.introspection.table_names(cursor):
            return 0
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(taken.table))
        if taken.column:
            query += sql.SQL(" WHERE nullif({}::text, '') IS NOT NULL").format(sql.Identifier(taken.column))
        cursor.execute(query)
        return int(cursor.fetchone()[0])
