"""A process that makes one charge and waits, or is killed with -9: ``live|die|untold NAME``.

``die``: as soon as the charge has committed; ``untold``: as soon as the rollback has, for which it is the reason.
"""

import os
import signal
import sys
import time

import django

django.setup()

from igny8_core.auth.models import Account  # noqa: E402  After the set-up.
from migration_harness.log import announcing  # noqa: E402
from migration_harness.rollout.automatic import acting  # noqa: E402
from tests.race.charger import charge_once  # noqa: E402


def main() -> None:
    fate, name = sys.argv[1:3]
    if fate == "die":
        # Before whoever would roll back hears of it.
        announcing.listeners.insert(0, lambda _: os.kill(os.getpid(), signal.SIGKILL))
    if fate == "untold":
        acting._tell = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    charge_once(Account.objects.order_by("pk")[0], name)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
