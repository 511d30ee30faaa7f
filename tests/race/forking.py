"""A process that compares, forks, and whose child compares and ends: ``python -m tests.race.forking HOW ENDING``.

Or one of a nursery, which has forked it before it did anything.

The parent prints its process id and then, once its child has ended, whether its own lease is held and its flags are
followed; then it compares once more and ends in good order. Nobody flushes in between: only an end does.
"""

import multiprocessing
import os
import sys
import threading
import time

import django

django.setup()

from django.db import connection  # noqa: E402  After the set-up.

from migration_harness.deciding import source as sources  # noqa: E402
from migration_harness.deciding.source import decide  # noqa: E402
from migration_harness.deciding.stages import Stage  # noqa: E402
from migration_harness.log import recorder  # noqa: E402
from migration_harness.testing import fixed_flags, flag_at  # noqa: E402
from tests.race.forked_parts import CHILD, COMPARED, PARENT  # noqa: E402
from tests.race.log.comparer import FLAG, compared  # noqa: E402
from tests.waiting import PATIENCE_SECONDS, until  # noqa: E402

recorder.FLUSH_SECONDS = 3_600


def compare(account: str, times: int = COMPARED) -> None:
    """Compare under flags of its own, decide by those of the database, and leave all of it in the buffer."""
    decide("forked", 1)
    with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
        for _ in range(times):
            compared(account=account, number=1)


def child(ending: str) -> None:
    """Compare, and end in this way."""
    if ending == "idle":
        os._exit(0)
    compare(CHILD)
    match ending:
        case "_exit":
            os._exit(0)
        case "sys.exit":
            sys.exit(0)
        case "exec":
            os.execv(sys.executable, [sys.executable, "-c", ""])  # noqa: S606
        case "no exec":
            try:
                os.execv("/no/such/program", ["no"])  # noqa: S606
            except FileNotFoundError:
                compare(CHILD, 1)
                os._exit(0)
        case "raise":
            raise ValueError("planted")
        case "in a transaction":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            os._exit(0)
        case "nested":
            forked("_exit")
            os._exit(0)


def forked(ending: str) -> int:
    """Fork, and return how the child ended."""
    if (pid := os.fork()) == 0:
        # Nothing of the parent's is below: an exception or sys.exit reaches the interpreter's own end.
        child(ending)
        sys.exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def in_a_thread(ending: str) -> None:
    """Fork in a thread; where the child's only thread returns, its process ends."""

    def fork() -> None:
        if (pid := os.fork()) == 0:
            recorder.FLUSH_SECONDS = 0.2
            child(ending)
            return
        os.waitpid(pid, 0)

    thread = threading.Thread(target=fork)
    thread.start()
    thread.join(PATIENCE_SECONDS)


def in_a_flush(ending: str) -> None:
    """Fork while the buffer and the source are locked by others."""
    with recorder.buffer._flushing, sources._source._starting:
        forked(ending)


def by_multiprocessing(method: str) -> None:
    """Let multiprocessing begin and end the child."""
    process = multiprocessing.get_context(method).Process(target=child, args=("return",))
    process.start()
    process.join(PATIENCE_SECONDS)


def by_an_executor(_: str) -> None:
    """Let a pool of processes compare."""
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        pool.submit(compare, CHILD).result()


def lease_is_held() -> bool:
    """Tell whether this process's own lease is live, by the session that listens."""
    time.sleep(1.2)  # Whoever does not renew it has none by then.
    return bool(until(_has_lease))


def _has_lease() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM migration_harness_lease WHERE pid = %s AND expires_at > clock_timestamp()",
            [os.getpid()],
        )
        return bool(cursor.fetchone()[0] == 1)


HOW = {
    "fork": forked, "thread": in_a_thread, "flush": in_a_flush, "multiprocessing": by_multiprocessing,
    "executor": by_an_executor,
}  # fmt: skip


def main() -> None:
    decide("forked", 1)
    taken = sources._source._lease
    compare(PARENT)
    sources._source.newest()
    HOW[sys.argv[1]](sys.argv[2])
    print("held" if lease_is_held() and sources._source._lease is taken else "lost", flush=True)  # noqa: T201
    compare(PARENT, 1)


if __name__ == "__main__":
    main()
