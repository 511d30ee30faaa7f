"""A lane for each channel: whoever is slow there holds up neither another channel nor a worker.

A lane is a thread. The task that delivers starts them and returns at once: a worker's place is for what charges, folds
and rolls back.
"""

import threading
import time
from typing import Final

from django.utils import timezone

from migration_harness.conf import runs_in_background
from migration_harness.database import connection
from migration_harness.deciding import endings
from migration_harness.faults import fault
from migration_harness.rollout.notices.addressing import address_notices
from migration_harness.rollout.notices.delivering import deliver, due_channels
from migration_harness.rollout.notices.rolled_back import tell_what_was_not_told

_END_SECONDS: Final = 2.0
"""How long a process that ends waits for what is on its way. What comes later is sent again, with the same id."""

_lanes: dict[str, threading.Thread] = {}


def deliver_all() -> None:
    """Deliver what is due by every channel, each for itself; safe to run twice. Raises HarnessMisconfigured."""
    now = timezone.now()
    tell_what_was_not_told(now=now)
    address_notices(now=now)
    # A lane has a connection of its own: none is opened for nothing.
    for channel in due_channels(now=timezone.now()):
        if runs_in_background():
            _start(channel)
        else:
            deliver(channel)


def _start(channel: str) -> None:
    """Start a lane, unless it is still going on. In a forked child no thread of its parent's is alive."""
    if (lane := _lanes.get(channel)) is not None and lane.is_alive():
        return
    endings.before_the_end(_wait_for_the_last)
    _lanes[channel] = threading.Thread(target=_go_on, args=(channel,), name=f"harness-{channel}", daemon=True)
    _lanes[channel].start()


def _go_on(channel: str) -> None:
    try:
        deliver(channel)
    except Exception as error:  # noqa: BLE001  The next call of beat goes on.
        fault("", f"delivering notices by {channel}", error)
    finally:
        connection.close()


def _wait_for_the_last() -> None:
    deadline = time.monotonic() + _END_SECONDS
    for lane in tuple(_lanes.values()):
        lane.join(max(0.0, deadline - time.monotonic()))
