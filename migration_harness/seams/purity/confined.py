"""One database connection under guard: what it was like, how it is made read-only, how everything is put back."""

from collections import deque
from collections.abc import Generator
from typing import Any, Final

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic
from psycopg.pq import ExecStatus, TransactionStatus

from migration_harness.faults import fault
from migration_harness.seams.purity.guard import outside

_SIDE: Final = "harness_side"
"""The savepoint in which the side runs: inside what is read-only, so that PostgreSQL lets nothing undo that."""
_ENTER: Final = {
    # In autocommit; in a transaction that Django has opened and the server has not; in one that the server has opened.
    True: f"BEGIN READ ONLY; SAVEPOINT {_SIDE}",
    False: f"SET TRANSACTION READ ONLY; SAVEPOINT {_SIDE}",
    None: f"SAVEPOINT harness_guard; SET LOCAL transaction_read_only = on; SAVEPOINT {_SIDE}",
}
_LEAVE: Final = "ROLLBACK TO SAVEPOINT harness_guard; RELEASE SAVEPOINT harness_guard"
_OPEN: Final = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class Confined:
    """A connection that a guarded side has touched; its database is asked for nothing before the first query."""

    def __init__(self, database: BaseDatabaseWrapper, *, closes: bool) -> None:
        self.database = database
        self.opened = False
        """Whether it was closed when the side came."""
        self._closes = closes
        self._before = {name: _kept(value) for name, value in vars(database).items()}
        self._driver: Any = None
        """Set while it is read-only."""
        self._in_callers_transaction = False
        self.savepoints: set[str] = {_SIDE}
        self.streams: list[Generator[Any, Any, Any]] = []
        """What the side reads bit by bit: the driver keeps its connection locked until they end."""

    @property
    def in_callers_transaction(self) -> bool:
        """Whether the caller had a transaction open, as Django knows it."""
        return bool(self._before["in_atomic_block"][0]) or not (self._before["autocommit"][0] or self.opened)

    @property
    def is_outermost(self) -> bool:
        """Whether the side is in no atomic block of its own."""
        database = self.database
        return len(database.atomic_blocks) <= len(self._before["atomic_blocks"][1]) + (self._driver is not None)

    def uses(self, driver: Any) -> bool:
        """Whether this is its driver's connection."""
        return self.database.connection is driver or self._driver is driver

    def connect(self) -> None:
        """Open it where the side found it closed. It stays open afterwards, as after any query."""
        self.database.connection = self._before["connection"][0]
        outside(self.database.close_if_health_check_failed)
        if self.database.connection is None:
            before = dict(vars(self.database))
            outside(self.database.ensure_connection)
            self.opened = True
            for name, value in vars(self.database).items():
                if name not in before or before[name] is not value:
                    self._before[name] = _kept(value)

    def enter(self) -> None:
        """Make all that follows read-only. Raises what Django raises where the database cannot be asked."""
        if self._driver is None:
            outside(self._enter)
        elif self.is_outermost and not self.in_callers_transaction:
            outside(self._forgive)

    def leave(self) -> None:
        """Roll back, and put back what Django keeps. Raises only what concerns the whole process."""
        driver, self._driver = self._driver, None
        try:
            if driver is not None:
                self._roll_back(driver)
        finally:
            for name, kept in self._before.items():
                vars(self.database)[name] = _restored(*kept)
            if getattr(self.database.connection, "closed", False):
                self.database.errors_occurred = True  # So that Django looks before the next request.
        if self.opened and self._closes:
            outside(self.database.close)

    def _enter(self) -> None:
        self.connect()
        database, driver = self.database, self.database.connection
        if driver.closed or driver.info.transaction_status not in _OPEN:
            return  # No query gets through: Django and the server refuse it, as without a guard.
        self._in_callers_transaction = driver.info.transaction_status is TransactionStatus.INTRANS
        self._driver = driver
        with database.wrap_database_errors:
            try:
                driver.execute(_ENTER[None if self._in_callers_transaction else driver.autocommit], prepare=False)
            except psycopg.Error:
                # A connection that was dead before is the caller's to find.
                self._driver = None if driver.closed else driver
                raise
        blocks = database.atomic_blocks
        block = Atomic(database.alias, savepoint=True, durable=False)
        # Lets the side use atomic(durable=True) exactly where it could without the guard.
        block._from_testcase = not blocks or blocks[-1]._from_testcase  # type: ignore[attr-defined]  # noqa: SLF001
        database.atomic_blocks = [*blocks, block]
        database.savepoint_ids = [*database.savepoint_ids, _SIDE]
        database.in_atomic_block, database.autocommit = True, False

    def _forgive(self) -> None:
        """In autocommit one failed statement does not spoil the next."""
        self.database.needs_rollback = False
        if self._driver.info.transaction_status is TransactionStatus.INERROR:
            with self.database.wrap_database_errors:
                self._driver.execute(f"ROLLBACK TO SAVEPOINT {_SIDE}", prepare=False)

    def _roll_back(self, driver: Any) -> None:
        try:
            self._undo(driver)
        except psycopg.Error as error:
            fault("purity", "rollback", error)
        except BaseException:
            # A time limit in the middle of it: first put the connection back, then let it through.
            try:
                self._undo(driver)
            except psycopg.Error as error:
                fault("purity", "rollback", error)
            raise
        finally:
            if driver.closed and not self.in_callers_transaction:
                # It was lost meanwhile. Nothing of the caller's was on it: the next query opens another one.
                self._before["connection"] = (None, None)

    def _undo(self, driver: Any) -> None:
        for each in self.streams:
            each.close()
        _finish_statement(driver)
        if not self._in_callers_transaction:
            driver.rollback()
        elif driver.info.transaction_status is not TransactionStatus.IDLE:
            driver.execute(_LEAVE, prepare=False)


def _finish_statement(driver: Any) -> None:
    """Where the side was interrupted in a statement: cancel it and take what it still says."""
    if driver.lock.locked():
        # Nobody waits for ever for what a side has left behind.
        driver.pgconn.finish()
        raise psycopg.OperationalError("The side that was compared has left the driver's connection locked.")
    if driver.info.transaction_status is TransactionStatus.ACTIVE:
        driver.cancel()
        while (result := driver.pgconn.get_result()) is not None:
            if result.status == ExecStatus.COPY_IN:
                driver.pgconn.put_copy_end(b"left under guard")
            while result.status == ExecStatus.COPY_OUT and driver.pgconn.get_copy_data(0)[0] > 0:
                pass


def _kept(value: Any) -> tuple[Any, Any]:
    """Return a value and, of a list, what is in it now."""
    return value, value.copy() if isinstance(value, list | deque) else None


def _restored(value: Any, content: Any) -> Any:
    if content is not None and value != content:
        value.clear()
        value.extend(content)
    return value
