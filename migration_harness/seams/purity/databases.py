"""What a guarded side can do with Django's database connections, and with the cursors of their driver."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic
from django.db.utils import ConnectionHandler
from psycopg import BaseConnection
from psycopg.sql import as_string

from migration_harness.seams.purity.confined import Confined
from migration_harness.seams.purity.elsewhere import ConfinedElsewhere
from migration_harness.seams.purity.guard import Guard, SideEffectRefused, outside
from migration_harness.seams.purity.hooks import hook, refusing
from migration_harness.seams.purity.statements import refused_in, savepoint_of, statements_of, verb_of

Original = Callable[..., Any]

_REFUSED_BY_SERVER: Final = frozenset(("25006", "25001"))
"""SQLSTATEs of a write in a read-only transaction, and of what wants to be alone in its transaction."""

_DRIVER: Final = (
    "add_notice_handler", "add_notify_handler", "close", "commit", "connect", "notifies",
    "pipeline", "remove_notice_handler", "remove_notify_handler", "rollback", "set_autocommit", "set_deferrable",
    "set_isolation_level", "set_read_only", "tpc_begin", "tpc_commit", "tpc_prepare", "tpc_recover", "tpc_rollback",
    "transaction",
)  # fmt: skip
"""What a connection of the driver's does past Django, whoever opened it; what Django does with one is guarded there."""


def watch() -> None:
    """Have connections and cursors ask the guard."""
    hook(ConnectionHandler, ("__getitem__",), _get_connection)
    hook(ConnectionHandler, ("__setitem__", "__delitem__"), refusing("connections"))
    hook(BaseDatabaseWrapper, ("create_cursor",), _enter_first)
    hook(BaseDatabaseWrapper, ("connect",), _connect)
    hook(BaseDatabaseWrapper, ("close", "_close"), _close)
    hook(BaseDatabaseWrapper, ("close_if_unusable_or_obsolete",), _leave_open)
    hook(BaseDatabaseWrapper, ("set_rollback",), _set_rollback)
    hook(BaseDatabaseWrapper, ("on_commit", "run_and_clear_commit_hooks"), _refuse_on_commit)
    hook(
        BaseDatabaseWrapper,
        ("commit", "_commit", "rollback", "_rollback", "set_autocommit", "_set_autocommit"),
        refusing("transaction"),
    )
    hook(Atomic, ("__enter__",), _enter_block)
    hook(psycopg.Cursor, ("execute", "executemany"), _check)
    hook(psycopg.Cursor, ("stream", "copy"), _stream)
    hook(psycopg.ServerCursor, ("fetchone", "fetchmany", "fetchall", "scroll"), _fetch)
    hook(psycopg.AsyncCursor, ("execute", "executemany", "stream", "copy"), refusing("connection"))
    hook(psycopg.Connection, _DRIVER, refusing("connection"))
    hook(psycopg.AsyncConnection, ("connect",), refusing("connection"))
    # Whoever has imported one of their functions before has it as it was; it asks here.
    hook(BaseConnection, ("_connect_gen",), refusing("connection"))


def confined(guard: Guard, database: BaseDatabaseWrapper) -> Confined | None:
    """Return the connection under this guard, as it was before the side touched it.

    None where it is another thread's: Django refuses that itself. Where Django was told to share it, the guard refuses.
    """
    if vars(database)["_thread_ident"] != guard.thread:
        if database.allow_thread_sharing:
            guard.refuse("thread: a shared connection")
        return None
    for each in guard.entered:
        if isinstance(each, Confined) and each.database is database:
            return each
    # What was opened in a thread for the side alone, nobody else will close.
    kind = Confined if database.vendor == "postgresql" else ConfinedElsewhere
    new = kind(database, closes=guard.side is not None)
    guard.entered += (new,)
    return new


def _get_connection(guard: Guard, original: Original, handler: ConnectionHandler, alias: str) -> Any:
    database = outside(original, handler, alias)
    confined(guard, database)
    return database


def _enter_first(guard: Guard, original: Original, database: BaseDatabaseWrapper, *args: Any, **kwargs: Any) -> Any:
    if (entering := confined(guard, database)) is not None:
        entering.enter()
    return original(database, *args, **kwargs)


def _enter_block(guard: Guard, original: Original, block: Any) -> Any:
    if (entering := confined(guard, outside(connections.__getitem__, block.using or "default"))) is not None:
        entering.enter()
    return original(block)


def _connect(guard: Guard, original: Original, database: BaseDatabaseWrapper) -> None:
    found = confined(guard, database)
    if found is None:
        original(database)
    elif database.connection is None:
        found.connect()
    else:
        guard.refuse("connection: connect")


def _close(guard: Guard, original: Original, database: BaseDatabaseWrapper) -> None:
    """Close what the side has opened, or what nobody in this thread has a transaction on."""
    found = confined(guard, database)
    if found is None or database.connection is None:
        original(database)
    elif found.opened or (guard.side is not None and not found.in_callers_transaction):
        outside(found.leave)
        guard.entered = tuple(each for each in guard.entered if each is not found)
        outside(database.close)
    else:
        guard.refuse("connection: close")


def _leave_open(guard: Guard, _original: Original, database: BaseDatabaseWrapper) -> None:
    """Whether a connection has become old is the caller's business."""
    confined(guard, database)


def _set_rollback(guard: Guard, original: Original, database: BaseDatabaseWrapper, *args: Any, **kwargs: Any) -> None:
    found = confined(guard, database)
    if found is not None and found.is_outermost:
        guard.refuse("transaction: set_rollback")
    original(database, *args, **kwargs)


def _refuse_on_commit(guard: Guard, _original: Original, *_args: Any, **_kwargs: Any) -> None:
    guard.refuse("on_commit")


def _check(guard: Guard, original: Original, cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
    _refuse_statements(guard, cursor, query, [*args, *kwargs.values()])
    try:
        return original(cursor, query, *args, **kwargs)
    except psycopg.Error as error:
        _refuse_where_server_did(guard, cursor, query, error)
        raise


def _fetch(guard: Guard, original: Original, cursor: Any, *args: Any, **kwargs: Any) -> Any:
    """What a cursor of the server asks for is done only now."""
    try:
        return original(cursor, *args, **kwargs)
    except psycopg.Error as error:
        _refuse_where_server_did(guard, cursor, "fetch", error)
        raise


def _stream(guard: Guard, original: Original, cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
    """What is read bit by bit ends with the side."""
    found = _refuse_statements(guard, cursor, query, [*args, *kwargs.values()])
    stream = original(cursor, query, *args, **kwargs)
    # A context manager, of copy(), holds its generator.
    generator: Any = getattr(stream, "gen", stream)
    found.streams.append(generator)
    return stream if generator is not stream else _iterated(guard, cursor, query, stream)


def _iterated(guard: Guard, cursor: Any, query: Any, stream: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from stream
    except psycopg.Error as error:
        _refuse_where_server_did(guard, cursor, query, error)
        raise


def _refuse_statements(guard: Guard, cursor: Any, query: Any, values: list[Any]) -> Confined:
    found = _of_driver(guard, cursor.connection)
    if found is None:
        # A connection that somebody opened past Django: nobody would make it read-only, nor roll it back.
        guard.refuse("connection: none of Django's")
    found.enter()  # A cursor that was made before the side ran.
    text = _text(query, cursor)
    for statement in statements_of(text):
        savepoint = savepoint_of(statement)
        if savepoint is not None:
            verb, name = savepoint
            if verb == "savepoint":
                found.savepoints.add(name)
            elif name not in found.savepoints:
                guard.refuse(f"database: {verb}")
        elif refused := refused_in(statement, said=(text, values)):
            guard.refuse(f"database: {refused}")
    return found


def _of_driver(guard: Guard, driver: Any) -> Confined | None:
    """Return the connection of Django's that this is the driver's connection of, if any."""
    for each in guard.entered:
        if isinstance(each, Confined) and each.uses(driver):
            return each
    for database in outside(connections.all, initialized_only=True):
        if database.connection is driver:
            return confined(guard, database)
    return None


def _refuse_where_server_did(guard: Guard, cursor: Any, query: Any, error: psycopg.Error) -> None:
    if error.sqlstate in _REFUSED_BY_SERVER:
        guard.block(effect := f"database: {verb_of(_text(query, cursor))}")
        raise SideEffectRefused(effect) from error


def _text(query: Any, cursor: Any) -> str:
    if isinstance(query, str):
        return query
    return query.decode(errors="replace") if isinstance(query, bytes) else as_string(query, cursor)
