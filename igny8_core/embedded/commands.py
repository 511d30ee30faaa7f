"""Which management commands need the servers, and which a migrated database."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from igny8_core.embedded.errors import EmbeddedError
from igny8_core.embedded.folders import run_dir
from igny8_core.embedded.holding import hold
from igny8_core.embedded.locks import exclusively
from igny8_core.embedded.postgres import Postgres

_NEEDS_NOTHING = {
    "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages",
    "shellcompletion", "startapp", "startproject", "version",
    "run",  # Holds the servers itself, as their owner.
}  # fmt: skip
# These make the database what it should be, or must see it as it is.
_TAKES_THE_DATABASE_AS_IT_IS = {
    "createcachetable", "dbshell", "flush", "inspectdb", "loaddata", "makemigrations", "migrate",
    "optimizemigration", "setup", "showmigrations", "sqlflush", "sqlmigrate", "squashmigrations", "test",
    "testserver",
}  # fmt: skip
_PREPARE_WAIT_SECONDS = 600
_UNFINISHED = "igny8: being prepared"


@contextmanager
def held_for(argv: Sequence[str]) -> Iterator[None]:
    """Hold the servers that the management command in ``argv`` needs; an error ends the process.

    An empty embedded database is migrated and seeded first, except for a command that is about the
    database itself. A database of ``DATABASE_URL`` is never touched.
    """
    if not needs_servers(argv):
        yield
        return
    try:
        with hold():
            if argv[1] not in _TAKES_THE_DATABASE_AS_IT_IS and "migrate" not in argv[2:3]:
                _prepare_if_empty()
            yield
    except EmbeddedError as error:
        sys.exit(str(error))


def needs_servers(argv: Sequence[str]) -> bool:
    """Tell whether the management command in ``argv`` asks the database or the broker."""
    command = argv[1] if len(argv) > 1 else "help"
    if command == "check" and "--database" in argv:
        return True
    only_asks = command.startswith("-") or {"--help", "-h", "--version"} & set(argv)
    return command not in _NEEDS_NOTHING and not only_asks


def _prepare_if_empty() -> None:
    """Migrate and seed an empty embedded database; of two commands one does it, the other waits."""
    if os.environ.get(Postgres.url_variable):
        return
    database = Postgres()
    with exclusively(run_dir() / "embedded.prepare", wait_seconds=_PREPARE_WAIT_SECONDS):
        if not _is_empty(database):
            return
        sys.stderr.write("The embedded database is empty: migrating and seeding it.\n")
        # A preparation that is killed halfway leaves this comment, and the next command repeats it.
        database.query(f"COMMENT ON DATABASE igny8 IS '{_UNFINISHED}'")
        _prepare()
        database.query("COMMENT ON DATABASE igny8 IS NULL")


def _is_empty(database: Postgres) -> bool:
    comment_if_migrated = """
        SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database
        WHERE datname = current_database() AND to_regclass('django_migrations') IS NOT NULL
    """
    return database.query(comment_if_migrated) in (None, _UNFINISHED)


def _prepare() -> None:
    import django  # noqa: PLC0415  Settings import this package, so it cannot import what needs them.

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    from igny8_core.preparation import prepare_database  # noqa: PLC0415

    prepare_database(demo=not settings.PRODUCTION)
