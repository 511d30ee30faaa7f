"""Whether the broker of the tasks can be reached, without any page waiting for it."""

import time
from threading import Lock, Thread
from typing import Final

from celery import current_app

from dashboards.labels import Label, Tone

FRESH_SECONDS: Final = 5.0
"""How long an answer holds; a look begins with the next page after that."""
_PATIENCE_SECONDS: Final = 2.0

ANSWERS: Final = Label(mark="✓", word="broker", tone=Tone.GOOD, meaning="The broker of the tasks can be reached.")
SILENT: Final = Label(
    mark="✗",
    word="no broker",
    tone=Tone.BAD,
    meaning="The broker cannot be reached: no task runs. A rollback needs none.",
)
UNKNOWN: Final = Label(mark="?", word="broker", tone=Tone.PLAIN, meaning="Nobody has looked yet.")


class Broker:
    """What is known of the broker in this process; looks are made beside the pages, one at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known = UNKNOWN
        self._looked_at: float | None = None

    def state(self) -> Label:
        """Return what is known, at once; where that is old, have somebody look."""
        with self._lock:
            now = time.monotonic()
            if self._looked_at is None or now - self._looked_at > FRESH_SECONDS:
                self._looked_at = now
                Thread(target=self._look, name="console-broker", daemon=True).start()
            return self._known

    def _look(self) -> None:
        self._known = ANSWERS if _can_be_reached() else SILENT


def _can_be_reached() -> bool:
    limits = {"socket_connect_timeout": _PATIENCE_SECONDS, "socket_timeout": _PATIENCE_SECONDS}
    try:
        options = {**(current_app.conf.broker_transport_options or {}), **limits}
        with current_app.connection_for_write(connect_timeout=_PATIENCE_SECONDS, transport_options=options) as asked:
            asked.ensure_connection(max_retries=1, timeout=_PATIENCE_SECONDS)
    except Exception:  # noqa: BLE001  Whatever a transport raises: nobody can be reached by it.
        return False
    return True


broker: Final = Broker()
