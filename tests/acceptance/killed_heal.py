"""Run beside the test: heals all that is due and is killed at the point that the first argument names."""

import os
import signal
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django comes first.

from igny8_core.business.billing.models import HealedCharge  # noqa: E402
from igny8_core.business.billing.services.credit_service import CreditService  # noqa: E402
from migration_harness.money import healing  # noqa: E402

ACCOUNT = 2
"""The account at which the process is killed, counted from 1."""


def die(*_args, **_options):
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(number, function, *, before=None, after=None):
    """Call a function as ever, and something else before or after its call of this number."""
    calls = iter(range(1, 1_000))

    def called(*args, **options):
        this = next(calls)
        if before and this == number:
            before()
        result = function(*args, **options)
        if after and this == number:
            after()
        return result

    return called


match sys.argv[1]:
    case "before the first entry":
        CreditService.add_credits = at_call(1, CreditService.add_credits, before=die)
    case "between an entry and its note":
        CreditService.add_credits = at_call(ACCOUNT, CreditService.add_credits, after=die)
    case "before an entry commits":
        HealedCharge.objects.bulk_create = at_call(ACCOUNT, HealedCharge.objects.bulk_create, after=die)
    case "between two accounts":
        host = healing.ledger()
        host.correct = at_call(2 * ACCOUNT, host.correct, after=die)  # Each account is asked until there is no more.
    case "before the audit event of the end":
        healing._record = at_call(2, healing._record, before=die)
    case point:
        raise SystemExit(f"There is no point {point!r}.")

call_command("harness", "heal", "--write", "--yes")
