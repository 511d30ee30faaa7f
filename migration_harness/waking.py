"""Publishes a task that looks at what was just written down, by a thread: nobody waits for the broker."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from migration_harness.conf import runs_in_background

_EXPIRES_SECONDS: Final = 60


def _always() -> bool:
    return True


class Waking:
    """One task, woken. Where Celery, its broker or its settings are not there, a task of beat comes soon, or a command.

    ``wanted`` is asked in the thread. Without ``queue`` the task goes where the host routes it.
    """

    def __init__(self, task: str, *, wanted: Callable[[], Any] = _always, queue: str = "") -> None:
        self._task = task
        self._wanted = wanted
        self._to = {"queue": queue} if queue else {}
        self.publishing: threading.Thread | None = None

    def wake(self) -> None:
        """Publish the task. A thread that still waits for the broker is enough."""
        if not runs_in_background() or (self.publishing is not None and self.publishing.is_alive()):
            return
        self.publishing = threading.Thread(target=self._publish, name="harness-waking", daemon=True)
        self.publishing.start()

    def _publish(self) -> None:
        # Without Celery, without a broker, with settings that are wrong: a task of beat says so.
        with suppress(Exception):
            if not self._wanted():
                return
            from celery import current_app  # noqa: PLC0415  A host may have another one.

            if current_app.conf.broker_url:
                current_app.send_task(self._task, retry=False, ignore_result=True, expires=_EXPIRES_SECONDS, **self._to)
