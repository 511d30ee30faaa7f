"""A process that evaluates seams without a pause: ``python -m tests.race.charger decide|charge NAME LOG``.

``decide`` writes one line for each decision: the boot-time clock before it, and whether the candidate
answered. ``charge`` charges operations of its own at a rate that leaves the machine air, and goes on after
a lost connection as a worker does.
"""

import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import DatabaseError, InterfaceError, connections  # noqa: E402  After the set-up.

from igny8_core.auth.models import Account  # noqa: E402
from igny8_core.business.billing.services.credit_service import CreditService  # noqa: E402
from igny8_core.business.billing.usage import Usage  # noqa: E402
from migration_harness.deciding.clock import boot_ns  # noqa: E402
from migration_harness.deciding.source import decide  # noqa: E402
from migration_harness.seams.charge import charge  # noqa: E402

FLAG = "model-based-credits"


def decide_for_ever(log: Path) -> None:
    with log.open("w", buffering=1) as lines:
        while True:
            before = boot_ns()
            lines.write(f"{before} {int(decide(FLAG, 1).in_cohort)}\n")
            time.sleep(0.001)


def charge_for_ever(name: str, *, pause_seconds: float) -> None:
    accounts = list(Account.objects.order_by("pk"))
    number = 0
    while True:
        number += 1
        charge_once(accounts[number % len(accounts)], f"load:{name}:{number}")
        time.sleep(pause_seconds)


def charge_once(account: Account, operation_id: str) -> None:
    try:
        CreditService.deduct_credits_for_operation(
            account=account,
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=2_000, tokens_output=760),
            operation_id=operation_id,
        )
    except (DatabaseError, InterfaceError):
        connections.close_all()


def hold_a_charge(name: str, held: Path) -> None:
    """Deduct inside an outer charge, say so, and commit only after the test has stopped this process."""
    with charge(operation_id=name):
        account = Account.objects.order_by("pk").first()
        usage = Usage(tokens_input=2_000, tokens_output=760)
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="clustering", model="gpt-5.1", usage=usage, operation_id=name
        )
        held.touch()
        time.sleep(0.5)


def main() -> None:
    verb, name, log = sys.argv[1:4]
    if verb == "hold":
        hold_a_charge(name, Path(log))
        sys.exit(0)
    if verb == "decide":
        decide_for_ever(Path(log))
    charge_for_ever(name, pause_seconds=float(sys.argv[4]) if len(sys.argv) > 4 else 0.1)


if __name__ == "__main__":
    main()
