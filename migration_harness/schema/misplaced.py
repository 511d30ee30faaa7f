"""Schema migrations whose mark does not fit what they do: those of the project, for nobody here marks a library's."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from migration_harness.schema.kinds import Kind, adds, kind_of, takes_in_words


def misplaced() -> Iterator[tuple[Kind, str]]:
    """Yield each such migration: what it counts as, and a sentence."""
    libraries = Path(sysconfig.get_path("purelib"))
    for (app_label, name), migration in sorted(
        MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items()
    ):
        if not Path(apps.get_app_config(app_label).path).is_relative_to(libraries):
            yield from of_migration(f"{app_label}.{name}", migration)


def of_migration(called: str, migration: Migration) -> Iterator[tuple[Kind, str]]:
    """Yield what does not fit in one migration."""
    kind, taken = kind_of(migration), takes_in_words(migration)
    if kind is Kind.PRE and taken:
        sentence = f"{called} takes something away ({'; '.join(taken)}) and is not marked post: the code before it "
        yield Kind.PRE, sentence + "still asks for that while the new one is deployed."
    if kind is Kind.POST and (added := adds(migration)):
        sentence = f"{called} is marked post and adds something ({'; '.join(added)}): the new code runs before it is "
        yield Kind.POST, sentence + "there. Put that into a migration of its own."
