"""A small model of PostgreSQL: transactions at READ COMMITTED, locks, time limits, notices, and sessions that end.

It keeps what the protocol rests on, and nothing else. Whatever is written here is a claim about PostgreSQL; a test puts
the same statements to both (``tests/race/simulating/test_fidelity.py``).
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg import errors

from migration_harness.simulating.locks import Granted, Locks
from migration_harness.simulating.scheduling import Scheduler, Task

Row = dict[str, Any]
Key = Hashable
Rows = list[tuple[Any, ...]]

_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
_TIMERS: Final = ("transaction_timeout", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
_MILLISECOND: Final = 1_000_000


class Deadlock(Exception):
    """Transactions wait for each other: the order of locks was not kept. PostgreSQL would end one of them."""


class Transaction:
    """What a session has changed and holds, until it commits."""

    def __init__(self, began_ns: int) -> None:
        self.began_ns = began_ns
        self.writes: dict[tuple[str, Key], Row | None] = {}
        self.locks: list[Hashable] = []
        self.settings: dict[str, str] = {}
        self.notices: list[tuple[str, str]] = []
        self.has_failed = False
        self._savepoints: list[tuple[str, dict[tuple[str, Key], Row | None], int, dict[str, str], int]] = []

    def save(self, name: str) -> None:
        """Begin a savepoint."""
        self._savepoints.append((name, dict(self.writes), len(self.locks), dict(self.settings), len(self.notices)))

    def release(self, name: str) -> None:
        """Forget a savepoint, and those in it."""
        self._savepoints = self._savepoints[: self._place(name)]

    def go_back(self, name: str) -> list[Hashable]:
        """Undo everything since a savepoint, which stays; returns the locks that are to be given back."""
        place = self._place(name)
        _, writes, locks, settings, notices = self._savepoints[place]
        given_back, self.locks = self.locks[locks:], self.locks[:locks]
        self.writes, self.settings, self.notices = dict(writes), dict(settings), self.notices[:notices]
        self._savepoints = self._savepoints[: place + 1]
        self.has_failed = False
        return given_back

    def _place(self, name: str) -> int:
        return max(place for place, saved in enumerate(self._savepoints) if saved[0] == name)


class Database:
    """The server: its tables as they are committed, its sessions, and its clock, which anybody may set."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.tables: dict[str, dict[Key, Row]] = {}
        self.locks = Locks()
        self.sessions: dict[int, Session] = {}
        self.clock_is_ahead_ns = 0
        self.is_up = True
        self.before_commit: list[Callable[[Session, Transaction], None]] = []
        """Asked with everything still as it was; what they raise ends the run."""
        self.after_commit: list[Callable[[Session, Transaction], None]] = []
        self.carry: Callable[[Session, str, str], None] = lambda session, _, payload: session.hear(payload)
        """Brings a notice to a session that listens."""
        self.on_wait: Callable[[Session, Hashable], None] = lambda *_: None
        """Called when a session begins to wait for a lock."""
        self._pids = 1_000

    def clock(self) -> datetime:
        """Return the time by the server's own clock."""
        return _BEGINNING + timedelta(microseconds=(self.scheduler.now_ns + self.clock_is_ahead_ns) / 1_000)

    def next_pid(self) -> int:
        """Return a process id that no session had."""
        self._pids += 1
        return self._pids

    def table(self, name: str) -> dict[Key, Row]:
        """Return what is committed of a table."""
        return self.tables.setdefault(name, {})

    def commit(self, session: "Session", transaction: Transaction) -> None:
        """Let everybody see what a transaction has written, then give its locks back and tell its notices."""
        for ask in self.before_commit:
            ask(session, transaction)
        for (table, key), row in transaction.writes.items():
            if row is None:
                self.table(table).pop(key, None)
            else:
                self.table(table)[key] = row
        self.give_back(session, transaction.locks)
        for channel, payload in transaction.notices:
            for other in list(self.sessions.values()):
                if channel in other.listens:
                    self.carry(other, channel, payload)
        for tell in self.after_commit:
            tell(session, transaction)

    def give_back(self, session: "Session", locks: list[Hashable]) -> None:
        """Give locks back, and let those go on who have got theirs by it."""
        self.serve(self.locks.release(session, locks))

    def serve(self, granted: list[Granted]) -> None:
        """Let those go on who have got a lock."""
        for session, key in granted:
            session.own.locks.append(key)
            session.wake()

    def restart(self) -> None:
        """Stop, losing every session and nothing that was committed; :meth:`start` goes on."""
        self.is_up = False
        for session in list(self.sessions.values()):
            session.end(errors.AdminShutdown("terminating connection due to administrator command"))

    def start(self) -> None:
        """Answer again."""
        self.is_up = True


class Session:
    """One connection, as the server has it."""

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.pid = database.next_pid()
        self.name = name
        self.owner: Any = None
        """Whose connection it is."""
        self.transaction: Transaction | None = None
        self.ended: psycopg.Error | None = None
        self.listens: set[str] = set()
        self.heard: list[str] = []
        self.waits_for_notices: Task | None = None
        self.last = ""
        """The statement that it runs, or ran last."""
        self._task: Task | None = None
        self._statements = 0
        database.sessions[self.pid] = self

    # What the client asks for.

    def run(self, act: Callable[["Session"], Rows], *, autocommit: bool) -> Rows:
        """Run one statement: in the transaction, or in one of its own. Raises errors of the driver's."""
        self._refuse_ended()
        begun = self.transaction is None
        if self.transaction is None:
            self.transaction = Transaction(self.database.scheduler.now_ns)
        elif self.transaction.has_failed and not getattr(act, "ends_failure", False):
            raise errors.InFailedSqlTransaction("current transaction is aborted")
        self._statements += 1
        self._task = self.database.scheduler.current
        try:
            found = act(self)
        except psycopg.Error:
            if self.transaction is not None:
                self.transaction.has_failed = True
                if begun and autocommit:
                    self.roll_back()
            raise
        finally:
            self._task = None
        if begun and autocommit:
            self.commit()
        elif (silent := self._limit_ns("idle_in_transaction_session_timeout")) is not None:
            self._end_later(silent, "25P03", while_silent=True)
        return found

    def commit(self) -> None:
        """Commit, or roll back what has failed."""
        self._refuse_ended()
        transaction, self.transaction = self.transaction, None
        if transaction is None:
            return
        if transaction.has_failed:
            self.database.give_back(self, transaction.locks)
        else:
            self.database.commit(self, transaction)

    def roll_back(self) -> None:
        """Give everything back."""
        transaction, self.transaction = self.transaction, None
        if transaction is not None:
            self.database.give_back(self, transaction.locks)

    def end(self, error: psycopg.Error | None = None) -> None:
        """End the session: what it has not committed is undone, and who waits in it hears of it."""
        if self.ended is not None:
            return
        self.ended = error or errors.AdminShutdown("terminating connection")
        self.database.sessions.pop(self.pid, None)
        self.database.serve(self.database.locks.give_up(self))
        self.roll_back()
        self.wake()
        if self.waits_for_notices is not None:
            self.database.scheduler.wake(self.waits_for_notices)

    def hear(self, payload: str) -> None:
        """Have a notice for whoever waits for one."""
        if self.ended is None:
            self.heard.append(payload)
            if self.waits_for_notices is not None:
                self.database.scheduler.wake(self.waits_for_notices)

    def wake(self) -> None:
        """Let the statement go on that waits in this session."""
        if self._task is not None:
            self.database.scheduler.wake(self._task)

    @property
    def is_active(self) -> bool:
        """Whether a statement is under way."""
        return self._task is not None

    # What a statement does.

    @property
    def own(self) -> Transaction:
        """The transaction of the statement that runs."""
        if self.transaction is None:
            raise errors.NoActiveSqlTransaction("there is no transaction")
        return self.transaction

    def rows(self, table: str) -> dict[Key, Row]:
        """Return a table as a statement that begins now sees it."""
        seen = dict(self.database.table(table))
        for (name, key), row in self.own.writes.items():
            if name == table:
                if row is None:
                    seen.pop(key, None)
                else:
                    seen[key] = row
        return seen

    def write(self, table: str, key: Key, row: Row | None) -> None:
        """Write a row, None removes it; its lock is taken before."""
        self.own.writes[table, key] = row

    def lock_row(self, table: str, key: Key) -> Row | None:
        """Wait for a row that is there, and return it as it is then: what committed meanwhile is seen."""
        return self.claim_row(table, key) if key in self.rows(table) else None

    def claim_row(self, table: str, key: Key) -> Row | None:
        """Wait for whoever writes a row of this key, and return the row; None where it is to be written."""
        self.lock((table, key))
        return self.rows(table).get(key)

    def lock(self, key: Hashable, *, is_shared: bool = False) -> None:
        """Take a lock, waiting within the limits that this session has set."""
        locks, scheduler = self.database.locks, self.database.scheduler
        if locks.take(self, key, is_shared=is_shared):
            self.own.locks.append(key)
        else:
            if locks.is_deadlock(self):
                raise Deadlock(f"{self.owner} waits for {key}, and those who hold it wait for it.")
            self.database.on_wait(self, key)
            began_ns = scheduler.now_ns
            with self._given_up():
                while locks.is_waiting(self) and self.ended is None:
                    until_ns, error = self._patience(began_ns)
                    if until_ns is not None and scheduler.now_ns >= until_ns:
                        raise errors.lookup(error)("canceling statement due to a time limit")
                    scheduler.wait(until_ns)
            self._refuse_ended()

    def is_free(self, key: Hashable) -> bool:
        """Take a lock where nobody else has it: SKIP LOCKED."""
        if self.database.locks.take(self, key):
            self.own.locks.append(key)
            return True
        self.database.serve(self.database.locks.give_up(self))
        return False

    def set(self, name: str, value: str) -> None:
        """Set a setting until the transaction ends."""
        self.own.settings[name] = value
        if name == "transaction_timeout" and (limit_ns := self._limit_ns(name)) is not None:
            passed_ns = self.database.scheduler.now_ns - self.own.began_ns
            self._end_later(limit_ns - passed_ns, "25P04", while_silent=False)

    def setting(self, name: str) -> str:
        """Return a setting."""
        return self.own.settings.get(name, "read committed" if name == "transaction_isolation" else "0")

    def _patience(self, began_ns: int) -> tuple[int | None, str]:
        limits = [("lock_timeout", "55P03"), ("statement_timeout", "57014")]
        ends = [
            (began_ns + limit_ns, error) for name, error in limits if (limit_ns := self._limit_ns(name)) is not None
        ]
        return min(ends) if ends else (None, "")

    def _limit_ns(self, name: str) -> int | None:
        if self.transaction is None:
            return None
        limit = self.transaction.settings.get(name, "0")
        return milliseconds(limit) * _MILLISECOND or None

    def _end_later(self, after_ns: int, sqlstate: str, *, while_silent: bool) -> None:
        transaction, statements = self.transaction, self._statements

        def end() -> None:
            is_same = transaction is not None and self.transaction is transaction
            if is_same and (not while_silent or (self._statements == statements and not self.is_active)):
                self.end(errors.lookup(sqlstate)("terminating connection due to a time limit"))

        self.database.scheduler.at(self.database.scheduler.now_ns + max(0, after_ns), end)

    @contextmanager
    def _given_up(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.database.serve(self.database.locks.give_up(self))
            raise

    def _refuse_ended(self) -> None:
        if self.ended is not None:
            raise self.ended
        if not self.database.is_up:
            raise errors.AdminShutdown("the database system is shutting down")


def milliseconds(limit: str) -> int:
    """Return a time limit as PostgreSQL writes it in milliseconds; 0 is none."""
    for unit, factor in (("ms", 1), ("min", 60_000), ("s", 1_000)):
        if limit.endswith(unit):
            return round(float(limit.removesuffix(unit)) * factor)
    return int(limit)
