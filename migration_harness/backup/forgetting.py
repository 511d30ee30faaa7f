"""Which schema migrations dropped what was made again: they must run again, the day that it is to go for good."""

from collections.abc import Iterator, Sequence

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from migration_harness.backup.header import Header
from migration_harness.backup.looking import Standing
from migration_harness.backup.operations import dropped_in
from migration_harness.database import connection


def dropped_by(header: Header, made_again: Sequence[Standing]) -> list[tuple[str, str]]:
    """Return the schema migrations by which it went, as app and name.

    Of those that have run since the backup: where their file is here, those that say so; where it is not, those of the
    app, for whatever code they belong to is not the code that is to run again.
    """
    lost = {name for standing in made_again for name in _lost(standing)}
    apps = {model.split(".")[0] for model, _ in lost}
    then = {(app, name) for app, names in header.schema.items() for name in names}
    loader = MigrationLoader(connection)
    since = [key for key in (loader.applied_migrations or ()) if key[0] in apps and key not in then]
    return sorted(
        key
        for key in since
        if key not in loader.disk_migrations or lost & set(dropped_in(key[0], loader.disk_migrations[key]))
    )


def forget(names: Sequence[tuple[str, str]]) -> None:
    """Have these schema migrations not run."""
    recorder = MigrationRecorder(connection)
    for app, name in names:
        recorder.record_unapplied(app, name)


def _lost(standing: Standing) -> Iterator[tuple[str, str]]:
    """Yield what was made again: model and field; a model that went as a whole has an empty field."""
    if not standing.has_table:
        yield standing.header.model, ""
    for column in standing.missing:
        yield standing.header.model, standing.header.fields.get(column, column).lower()
