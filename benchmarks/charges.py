"""Charges per second on one account: through CreditService at shadow, and in a plain ORM transaction."""

from collections.abc import Callable
from itertools import count
from statistics import median
from time import perf_counter

from benchmarks import plain
from benchmarks.timing import Figure
from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.api import ExecutionPath, unit_of_work

SLICES = 6
SLICE_SECONDS = 1.0
WARM_UP_CHARGES = 20


def figures() -> dict[str, Figure]:
    """Return both rates; they take turns of a second."""
    calls = {"charge, shadow": _through_the_service(), "plain ORM transaction": _plain()}
    rates: dict[str, list[float]] = {name: [] for name in calls}
    with unit_of_work(execution_path=ExecutionPath.DIRECT):
        for call in calls.values():
            for _ in range(WARM_UP_CHARGES):
                call()
        for _ in range(SLICES):
            for name, call in calls.items():
                rates[name].append(_rate(call))
    return {name: Figure(median=median(slices), best=max(slices), unit="/s") for name, slices in rates.items()}


def _through_the_service() -> Callable[[], object]:
    account, usage, numbers = (
        Account.objects.earliest("pk"),
        Usage(tokens_input=1_200, tokens_output=300),
        count(),
    )
    return lambda: CreditService.deduct_credits_for_operation(
        account=account,
        operation_type="clustering",
        model="gpt-5.1",
        usage=usage,
        operation_id=f"bench:{next(numbers)}",
    )


def _plain() -> Callable[[], object]:
    plain.create_tables()
    account = plain.PlainAccount.objects.create(credits=1_000_000)
    return lambda: plain.charge(account_id=account.pk, credits=10, tokens_input=1_200, tokens_output=300)


def _rate(call: Callable[[], object]) -> float:
    start, made = perf_counter(), 0
    while (elapsed := perf_counter() - start) < SLICE_SECONDS:
        call()
        made += 1
    return made / elapsed
