"""Threads of their own for what must never wait behind other traffic: a rollback, and what leads an operator to it."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.urls import Resolver404, resolve
from waitress.task import ThreadedTaskDispatcher

ROLLBACK: Final = frozenset(
    {
        "dashboards:brakes",
        "dashboards:flag",
        "dashboards:rollback",
        "migration-api:rollback",
        "migration-api:rollback-of-all",
    }
)
"""The flag's page, and that of the brakes, are where the proof is shown."""
WAY_THERE: Final = frozenset({"admin:login", "dashboards:brakes-obeying", "dashboards:overview"})
"""Apart from rollbacks, and with the static files: anybody may ask for these as often as they like."""
_THREADS: Final = 4
"""Of each lane: two rollbacks that wait for a stopped process, and two more."""


class Lanes:
    """The threads of one worker process."""

    def __init__(self, *, ordinary_threads: int) -> None:
        # How many wait is no news under load, and would be a line for each request.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._ordinary = _with_threads(ordinary_threads)
        self._others: Mapping[frozenset[str], ThreadedTaskDispatcher] = {
            lane: _with_threads(_THREADS) for lane in (ROLLBACK, WAY_THERE)
        }

    def add_task(self, connection: Any) -> None:
        """Have a connection's next request answered by a thread of its lane."""
        request = connection.requests[0]
        lane = None if request.error else lane_of(request.path)
        self._others.get(lane or frozenset(), self._ordinary).add_task(connection)


def lane_of(path: str) -> frozenset[str] | None:
    """Return the lane of an address; None is the ordinary one."""
    if path.startswith(settings.STATIC_URL):
        return WAY_THERE
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return next((lane for lane in (ROLLBACK, WAY_THERE) if name in lane), None)


def _with_threads(count: int) -> ThreadedTaskDispatcher:
    made = ThreadedTaskDispatcher()
    made.set_thread_count(count)
    return made
