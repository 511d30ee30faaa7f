"""A process that logs errors, as do its children: one that ends as a pool's does, and one that is killed."""

import os
import signal

import django
import structlog

django.setup()

from migration_harness.errors import reporter  # noqa: E402  It needs Django.

log = structlog.get_logger("shop")


def child(end):
    if (pid := os.fork()) == 0:
        log.error("shop.refused")
        end()
    os.waitpid(pid, 0)
    return pid


def killed():
    assert reporter.flush()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    log.error("shop.refused")
    child(lambda: os._exit(0))
    print(child(killed))  # noqa: T201
