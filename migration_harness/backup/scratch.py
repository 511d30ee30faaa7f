"""A scratch database: made for one look at a backup and dropped with it, and found again where that was killed.

Note [Whose it is]: only what has our name *and* our comment, which names the database that it was made for, is dropped
by anybody but its maker; and only where its maker is gone. That is told by a lock of the maker's session, which ends
with the session however the process ended.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors, sql

from migration_harness.database import connection
from migration_harness.deciding.direct import connect_directly
from migration_harness.exceptions import ScratchMissing

PREFIX: Final = "harness_scratch_"
_COMMENT: Final = "Scratch of migration_harness for the database {}: made by harness legacy verify, dropped with it."
_CLASS: Final = 0x6861_7363
"""Of the advisory locks by which makers are known to be alive."""
_LOCK: Final = "SELECT pg_advisory_lock(%s, hashtext(%s))"
_IS_FREE: Final = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
_DATABASES: Final = """
SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND shobj_description(oid, 'pg_database') = %s
"""
_SCHEMAS: Final = """
SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s) AND obj_description(oid, 'pg_namespace') = %s
"""
_EXTENSIONS: Final = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"

Connection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def scratch(url: str = "") -> Iterator[Connection]:
    """Give a connection to an empty place, in a transaction; all of it is gone afterwards.

    A database of its own on the same server, or where a ``url`` is given a schema of its own in that database.
    Raises ScratchMissing where the role may make neither.
    """
    name = f"{PREFIX}{secrets.token_hex(6)}"
    with _of_url(url, name) if url else _of_server(name) as place:
        yield place


def drop_left_behind(url: str = "") -> list[str]:
    """Drop what verifications that were killed have left, Note [Whose it is]; returns the names."""
    with _keeper(url) as keeper:
        kind, listed = ("SCHEMA", _SCHEMAS) if url else ("DATABASE", _DATABASES)
        names = [name for (name,) in keeper.execute(listed, [PREFIX, _comment()])]
        dead = [name for name in names if keeper.execute(_IS_FREE, [_CLASS, name]).fetchone() == (True,)]
        for name in dead:
            _drop(keeper, kind, name)
        return dead


@contextmanager
def _of_server(name: str) -> Iterator[Connection]:
    with ExitStack() as stack:
        keeper = stack.enter_context(_keeper(""))
        keeper.execute(_LOCK, [_CLASS, name])
        _create_database(keeper, name)
        stack.callback(_drop, keeper, "DATABASE", name)
        keeper.execute(_commented("DATABASE", name))
        place = stack.enter_context(connect_directly(name="scratch", dbname=name))
        for (extension,) in keeper.execute(_EXTENSIONS).fetchall():
            _make_extension(place, extension)
        place.autocommit = False
        yield place


@contextmanager
def _of_url(url: str, name: str) -> Iterator[Connection]:
    with ExitStack() as stack:
        keeper = stack.enter_context(_keeper(url))
        keeper.execute(_LOCK, [_CLASS, name])
        try:
            keeper.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        except errors.InsufficientPrivilege:
            raise ScratchMissing(
                "The role of --scratch-url may make no schema there: GRANT CREATE ON DATABASE … TO it."
            ) from None
        stack.callback(_drop, keeper, "SCHEMA", name)
        keeper.execute(_commented("SCHEMA", name))
        place = stack.enter_context(_connected(url))
        place.execute(sql.SQL("SET search_path TO {}, public").format(sql.Identifier(name)))
        place.autocommit = False
        yield place


def _keeper(url: str) -> Connection:
    """Return the session that makes a scratch, holds the lock of its maker, and drops it."""
    return _connected(url) if url else connect_directly(name="scratch keeper")


def _connected(url: str) -> Connection:
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.Error as error:
        # The driver's text may hold the URL, and with it the password.
        raise ScratchMissing(
            f"--scratch-url leads to no database ({type(error).__name__}): write postgresql://USER:PASSWORD@HOST:PORT/NAME."
        ) from None


def _create_database(keeper: Connection, name: str) -> None:
    encoding = keeper.execute("SHOW server_encoding").fetchone()
    made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING {}")
    try:
        keeper.execute(made.format(sql.Identifier(name), sql.Literal(encoding[0] if encoding else "UTF8")))
    except errors.InsufficientPrivilege:
        raise ScratchMissing(
            f"The role {keeper.info.user} may create no database, which trying a backup out needs. Let it: ALTER ROLE "
            f"{keeper.info.user} CREATEDB. Or name an empty database of another role or server: --scratch-url "
            "postgresql://USER:PASSWORD@HOST:PORT/NAME"
        ) from None


def _make_extension(place: Connection, name: str) -> None:
    """Have the types of an extension, where the role may; what then lacks one is told by its table."""
    try:
        place.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(sql.Identifier(name)))
    except psycopg.Error:
        return


def _drop(keeper: Connection, kind: str, name: str) -> None:
    how = "DROP DATABASE IF EXISTS {} WITH (FORCE)" if kind == "DATABASE" else "DROP SCHEMA IF EXISTS {} CASCADE"
    keeper.execute(sql.SQL(how).format(sql.Identifier(name)))


def _commented(kind: str, name: str) -> sql.Composed:
    return sql.SQL(f"COMMENT ON {kind} {{}} IS {{}}").format(sql.Identifier(name), sql.Literal(_comment()))


def _comment() -> str:
    return _COMMENT.format(connection.settings_dict["NAME"])
