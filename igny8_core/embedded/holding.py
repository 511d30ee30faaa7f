"""Who uses the servers, who owns them, and what happens when the last one leaves."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from igny8_core.embedded.errors import AlreadyOwned
from igny8_core.embedded.folders import run_dir
from igny8_core.embedded.locks import FileLock, exclusively
from igny8_core.embedded.postgres import Postgres
from igny8_core.embedded.processes import wait_until
from igny8_core.embedded.valkey import Valkey

# Longer than the slowest start, so that the second of two commands sees the first one's error.
_LOCK_WAIT_SECONDS = 180
# A client that has just closed its connection is still listed for a moment.
_FAREWELL_SECONDS = 1

Server = Postgres | Valkey


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One server as it is now; ``pid`` is None while it is down."""

    name: str
    pid: int | None
    socket: Path
    log: Path


def database_url() -> str:
    """Return the URL of the embedded database, whether or not it runs."""
    return Postgres().url()


def redis_url() -> str:
    """Return the URL of the embedded Valkey, whether or not it runs."""
    return Valkey().url()


def status() -> list[Status]:
    """Return what runs."""
    servers: list[Server] = [Postgres(), Valkey()]
    return [Status(name=s.name, pid=s.pid(), socket=s.socket, log=s.log) for s in servers]


def owner() -> str | None:
    """Return the note of the process that owns the servers of this checkout, or None."""
    claim = FileLock(_path("owner"))
    try:
        return None if claim.take(shared=True) else claim.note() or "another process"
    finally:
        claim.release()


@contextmanager
def hold(*, owner: str | None = None) -> Iterator[None]:
    """Have the servers up inside. The last one to leave stops them.

    Servers that ``DATABASE_URL`` or ``REDIS_URL`` name are left alone. With ``owner``, a note such as
    an address, the caller owns the servers: there can be one owner, and it stops the servers even if a
    stray client is connected. Raises AlreadyOwned, Busy or ServerFailed.
    """
    claim = FileLock(_path("owner"))
    users = FileLock(_path("users"))
    servers = _wanted()
    try:
        if owner is not None:
            _claim(claim, owner)
        try:
            with _changing():
                users.take(shared=True)
                for server in servers:
                    server.start()
            yield
        finally:
            _leave(users, servers, owned=owner is not None)
    finally:
        users.release()
        claim.release()


def stop() -> None:
    """Stop both servers, whoever uses them."""
    with _changing():
        for server in (Valkey(), Postgres()):
            server.stop()


def _wanted() -> list[Server]:
    kinds: list[type[Server]] = [Postgres, Valkey]
    return [kind() for kind in kinds if not os.environ.get(kind.url_variable)]


def _claim(claim: FileLock, note: str) -> None:
    if not claim.take():
        raise AlreadyOwned(f"Already running: {claim.note()}. Stop it first, or set IGNY8_RUN_DIR and PORT.")
    claim.write(note)


def _leave(users: FileLock, servers: list[Server], *, owned: bool) -> None:
    """Stop the servers unless somebody else uses them: then the last one of those does it."""
    if not users.held:
        return
    with _changing():
        if not users.take():
            return
        for server in reversed(servers):
            if owned or _is_deserted(server):
                server.stop()
        users.release()


def _is_deserted(server: Server) -> bool:
    return wait_until(lambda: not server.used_by_others(), wait_seconds=_FAREWELL_SECONDS)


def _changing() -> AbstractContextManager[None]:
    return exclusively(_path("lock"), wait_seconds=_LOCK_WAIT_SECONDS)


def _path(name: str) -> Path:
    return run_dir() / f"embedded.{name}"
