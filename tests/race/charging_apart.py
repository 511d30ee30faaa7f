"""A charge whose evidence goes to the log by itself: ``python -m tests.race.charging_apart first|last OPERATION``.

What the killed replay would find if the evidence were not of the charge's transaction: the process is killed after the
first of the two has committed, the evidence with ``first``, the charge with ``last``.
"""

import os
import signal
import sys

import django

django.setup()

from django.db import DEFAULT_DB_ALIAS, connection  # noqa: E402  After the set-up.

from igny8_core.auth.models import Account  # noqa: E402
from migration_harness.log import recorder  # noqa: E402
from tests.race.charger import charge_once  # noqa: E402


def evidence_first(comparison):
    alone = connection.copy(DEFAULT_DB_ALIAS)
    with alone.cursor() as cursor:
        cursor.execute("SELECT migration_harness_record(%s::migration_harness_recorded, NULL)", [written(comparison)])
    die()


def evidence_last(comparison):
    """Left out of the charge; it would be written when that has committed."""


def die():
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    order, operation_id = sys.argv[1:]
    evidence_of = recorder.evidence_of

    def written(comparison):
        return evidence_of(comparison).comparison

    recorder.evidence_of = {"first": evidence_first, "last": evidence_last}[order]
    charge_once(Account.objects.order_by("pk").first(), operation_id)
    die()
