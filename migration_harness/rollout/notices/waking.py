"""Has a worker deliver what was just put down, without waiting for the broker: where that hangs, beat comes soon."""

import threading
from contextlib import suppress
from typing import Final

from migration_harness.conf import runs_in_background
from migration_harness.rollout.notices.receivers import receivers

TASK: Final = "migration_harness.deliver_notices"
_EXPIRES_SECONDS: Final = 60

_publishing: threading.Thread | None = None


def wake() -> None:
    """Publish the task that delivers, by a thread. One that still waits for the broker is enough."""
    global _publishing  # noqa: PLW0603  One in a process.
    if not runs_in_background() or (_publishing is not None and _publishing.is_alive()):
        return
    _publishing = threading.Thread(target=_publish, name="harness-waking", daemon=True)
    _publishing.start()


def _publish() -> None:
    # Without Celery, without a broker, with settings that are wrong: a task of beat says so.
    with suppress(Exception):
        from celery import current_app  # noqa: PLC0415  A host may have another one.

        if receivers().addresses and current_app.conf.broker_url:
            current_app.send_task(TASK, retry=False, ignore_result=True, expires=_EXPIRES_SECONDS)
