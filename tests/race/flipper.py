"""A flip that is stopped in the middle; its arguments are FLAG and WHERE.

It stops itself (SIGSTOP) as soon as it has come to WHERE, a function of ``control`` that a flip calls, and says then
how it ended: its last line is ``done`` or the error.
"""

import os
import signal
import sys
from functools import wraps

import django

django.setup()

from migration_harness.control import events, flips  # noqa: E402  After the set-up.
from migration_harness.exceptions import HarnessError  # noqa: E402
from migration_harness.trail import audit  # noqa: E402

PLACES = {
    "with its row": (flips, "locked_flag"),
    "with the counter": (flips, "next_epoch"),
    "with the change": (flips, "_write"),
    "with the trail seen": (audit, "wait_until_free"),
    "with charges held": (events, "hold_charges"),
    "before its commit": (flips, "record_flip"),
}
"""The function after which a flip is stopped."""


def stop_once_after(module, name):
    original, stopped = getattr(module, name), []

    @wraps(original)
    def stopping(*args, **kwargs):
        result = original(*args, **kwargs)
        if not stopped:
            stopped.append(True)
            os.kill(os.getpid(), signal.SIGSTOP)
        return result

    setattr(module, name, stopping)


def main() -> None:
    flag, where = sys.argv[1:3]
    stop_once_after(*PLACES[where])
    try:
        flips.change_flag(name=flag, change=flips.FlagChange(share_bps=1_234), actor="stopped")
        print("done")  # noqa: T201
    except HarnessError as error:
        print(error)  # noqa: T201
