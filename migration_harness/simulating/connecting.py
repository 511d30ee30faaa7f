"""Connections to the simulated database, as psycopg's look and as Django's are made of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from django.db import ProgrammingError
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import errors

from migration_harness.simulating import statements
from migration_harness.simulating.database import Rows, Session
from migration_harness.simulating.scheduling import Killed, Task

if TYPE_CHECKING:
    from migration_harness.simulating.processes import SimulatedProcess


@dataclass(frozen=True, slots=True)
class Notify:
    """A notice as psycopg gives it."""

    payload: str


class Connection:
    """A connection of one process's. What it says takes its time to the server and back, and may be lost."""

    def __init__(self, process: "SimulatedProcess", *, name: str = "", autocommit: bool = True) -> None:
        self.autocommit = autocommit
        self.closed = False
        self._process = process
        self._world = process.world
        self._travel()
        if not self._world.database.is_up:
            raise errors.OperationalError("the server does not answer")
        self._session = Session(self._world.database, name or str(process))
        self._session.owner = process
        process.sessions.append(self._session)

    def execute(self, sql: str, parameters: Any = ()) -> "Cursor":
        """Run one statement."""
        return self.cursor().execute(sql, parameters)

    def cursor(self) -> "Cursor":
        """Return a cursor."""
        return Cursor(self)

    def commit(self) -> None:
        """Commit. Where the answer is lost nobody knows whether it was done."""
        self._ask(self._session.commit, "COMMIT")

    def rollback(self) -> None:
        """Give everything back."""
        self._ask(self._session.roll_back, "ROLLBACK")

    def close(self) -> None:
        """Close it: the server rolls back what was not committed."""
        self.closed = True
        if not self._process.is_killed:
            self._session.end()

    def notifies(self, *, timeout: float, stop_after: int) -> Iterator[Notify]:  # noqa: ARG002  It yields one.
        """Wait for one notice."""
        session, scheduler = self._session, self._world.scheduler
        self._refuse_lost()
        if not session.heard:
            session.waits_for_notices = self._task()
            try:
                scheduler.wait(scheduler.now_ns + int(timeout * 1_000_000_000))
            finally:
                session.waits_for_notices = None
        self._refuse_lost()
        if session.heard:
            yield Notify(session.heard.pop(0))

    def run(self, sql: str, parameters: Any) -> Rows:
        """Send one statement, have it run, and wait for the answer."""

        def act(session: Session) -> Rows:
            return statements.run(session, sql, parameters)

        act.ends_failure = statements.ends_failure(sql)  # type: ignore[attr-defined]
        found: Rows = self._ask(lambda: self._session.run(act, autocommit=self.autocommit), sql)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, act: Any, sql: str) -> Any:
        self._refuse_lost()
        self._travel()
        task = self._task()
        task.is_at_the_server = True
        try:
            answer = act()
        finally:
            task.is_at_the_server = False
            if self._process.is_killed:
                raise Killed
        self._travel()
        if self._session.ended is not None:
            self._world.sometimes.reached("the answer to a commit was lost", sql == "COMMIT")
            self._refuse_lost()
        self._process.answered(sql, answer)
        return answer

    def _travel(self) -> None:
        """Take the way from or to the server, and wait for it where it is cut."""
        scheduler = self._world.scheduler
        arrives_ns = scheduler.now_ns + self._world.latency_ns(self._task())
        scheduler.wait(max(arrives_ns, self._process.cut_until_ns))

    def _refuse_lost(self) -> None:
        if self._process.is_killed:
            raise Killed
        if self._session.ended is not None:
            self.closed = True
            raise self._session.ended
        if self.closed:
            raise errors.OperationalError("the connection is closed")

    def _task(self) -> Task:
        return self._world.scheduler.running


class Cursor:
    """A cursor with the answer to its last statement."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: Rows = []
        self.rowcount = 0
        self.description: tuple[Any, ...] | None = ()

    def execute(self, sql: Any, parameters: Any = ()) -> Self:
        """Run one statement."""
        self._rows = self._connection.run(str(sql), () if parameters is None else parameters)
        self.rowcount = self._rows[0][0] if str(sql).startswith('UPDATE "') else len(self._rows)
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> Rows:
        """Return the next rows."""
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    def fetchall(self) -> Rows:
        """Return all rows that are left."""
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class SimulatedDatabase(DatabaseWrapper):
    """Django's connection to the simulated database: what Django does with transactions is Django's own code."""

    def __init__(self, process: "SimulatedProcess", settings: dict[str, Any], alias: str) -> None:
        super().__init__(settings, alias)
        self._process = process

    def ensure_connection(self) -> None:
        """Connect where there is no connection: as Django's own, which tests replace where no database may be used."""
        if self.connection is None:
            if self.in_atomic_block and self.closed_in_transaction:
                raise ProgrammingError("Cannot open a new connection in an atomic block.")
            with self.wrap_database_errors:
                self.connect()

    def get_connection_params(self) -> dict[str, Any]:
        """Return nothing: there is one database."""
        return {}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:  # noqa: ARG002
        """Connect."""
        return Connection(self._process)

    def init_connection_state(self) -> None:
        """Do nothing: it has no time zone and no role."""

    def create_cursor(self, name: str | None = None) -> Cursor:  # noqa: ARG002
        """Return a cursor."""
        cursor: Cursor = self.connection.cursor()
        return cursor

    def make_debug_cursor(self, cursor: Any) -> Any:
        """Return a cursor that keeps no list of statements."""
        return self.make_cursor(cursor)

    def is_usable(self) -> bool:
        """Tell whether the connection is still there, without asking."""
        return not self.connection.closed

    @property
    def pg_version(self) -> int:
        """The version that the model is of."""
        return 170_000

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001  Django calls it so.
        self.connection.autocommit = autocommit
