"""A process that executes legacy code: it ends in good order, forks one that ends as a pool's child, or is killed.

``python -m tests.race.executing HOW`` where HOW is ``ends``, ``forks`` or ``killed``; it prints the pid that counts.
"""

import os
import signal
import sys

import django

django.setup()

from migration_harness.api import tombstone  # noqa: E402  It needs Django.
from migration_harness.tombstones import reporter  # noqa: E402

TIMES = 200


@tombstone(owner="tests", since="2026-11-30", reason="It is called by several processes.")
def legacy_price():
    return 3


def execute():
    for _ in range(TIMES):
        legacy_price()


def main(how):
    if how == "forks":
        if (pid := os.fork()) == 0:
            execute()
            os._exit(0)
        os.waitpid(pid, 0)
    execute()
    if how == "killed":
        assert reporter.flush()
        legacy_price()
        print(os.getpid(), flush=True)  # noqa: T201
        os.kill(os.getpid(), signal.SIGKILL)
    print(os.getpid(), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
