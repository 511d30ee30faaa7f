"""When it is looked whether a flag is to be rolled back: at once after a comparison, and with every renewal of a lease.

Note [Who sees it]: the process that has recorded an unexplained comparison is woken by it, after the commit. Should it
die there, every other process that decides sees the row: its lease's thread looks after each renewal, twice a second,
and where no process is left the next one looks before its first decision. So there is no task, no queue and no beat
whose failure could leave a wrong price in place. The lease's thread only looks. A thread of its own rolls back, on a
connection of its own: no caller waits for it, and neither does a lease.
"""

import os
import threading
from contextlib import suppress
from typing import Any, Final

from django.utils import timezone

from migration_harness.conf import runs_in_background
from migration_harness.database import connection
from migration_harness.deciding import endings
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.evidence.findings import FAILED
from migration_harness.faults import alarm
from migration_harness.log.announcing import Unexplained
from migration_harness.rollout.automatic.acting import Acting
from migration_harness.rollout.automatic.due import due, watched_seams

PATIENCE_MS: Final = 200
"""What a look may cost a lease that has to be renewed within two seconds."""
LAST_SECONDS: Final = 2.0
"""How long a process that ends waits for a rollback that it has begun; another one would begin it anew."""
_BEGIN: Final = f"SET LOCAL statement_timeout = '{PATIENCE_MS}ms'; SET LOCAL lock_timeout = '{PATIENCE_MS}ms'"


class Watch:
    """The thread of one process that rolls back; it begins when there is something to do."""

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._acting = Acting()
        self._is_blind = False

    def wake(self) -> None:
        """Have it looked at once, and whatever is due rolled back, in the background."""
        if not runs_in_background():
            return
        with self._starting:
            self._idle.clear()
            self._wake.set()
            if self._thread is None or not self._thread.is_alive():
                endings.before_the_end(finish)
                self._thread = threading.Thread(target=self._run, name="harness-rollback", daemon=True)
                self._thread.start()

    def look(self, database: Any) -> None:
        """Look on the connection of the lease, a psycopg connection that commits by itself. Raises nothing."""
        try:
            with database.transaction():
                database.execute(_BEGIN)
                found = due(now=timezone.now(), database=database)
        except Exception as error:  # noqa: BLE001  Looked at again with the next renewal, or the connection is gone.
            if not self._is_blind:
                alarm("harness.rollback_not_watched", error=type(error).__name__)
            self._is_blind = True
            return
        self._is_blind = False
        if found:
            self.wake()

    def finish(self, *, seconds: float = LAST_SECONDS) -> bool:
        """Wait until what has begun is done; returns whether it is."""
        if self._thread is None or not self._thread.is_alive():
            return True
        return self._idle.wait(seconds)

    def _run(self) -> None:
        while not endings.is_over():
            if not self._wake.wait(LAST_SECONDS):
                continue
            self._wake.clear()
            try:
                self._acting.roll_back_due(now=timezone.now())
            except BaseException as error:  # noqa: BLE001  Woken again by the next look.
                alarm("harness.rollback_by_itself_failed", flag="", seam="", why=type(error).__name__)
            finally:
                with suppress(Exception):
                    connection.close()
                with self._starting:
                    if not self._wake.is_set():
                        self._idle.set()


watch = Watch()


def wake_for(told: Unexplained) -> None:
    """Look at once where a comparison may be one that rolls back; a listener of the log."""
    is_live_evidence = not told.run and told.execution_path != ExecutionPath.REPLAY
    if told.verdict in FAILED and is_live_evidence and told.seam in watched_seams():
        watch.wake()


def look(database: Any) -> None:
    """Look, after a renewal of the lease; a follower of the lease's thread."""
    watch.look(database)


def finish() -> None:
    """Let this process's rollback come to its end."""
    watch.finish()


def _forget_after_fork() -> None:
    """Begin anew in a forked child: the thread did not come along, and its locks may be held for ever."""
    global watch  # noqa: PLW0603  One per process.
    watch = Watch()


os.register_at_fork(after_in_child=_forget_after_fork)
