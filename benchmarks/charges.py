"""Charges per second through CreditService at shadow, and in a plain ORM transaction, taking turns."""

from collections.abc import Callable
from itertools import count
from os import getpid
from statistics import median
from time import perf_counter

from benchmarks import plain
from benchmarks.processor import processor_time
from benchmarks.timing import Figure
from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.api import ExecutionPath, unit_of_work

SLICES = 10
SLICE_SECONDS = 1.0
WARM_UP_CHARGES = 20

OURS, PLAIN, RATIO = "charge, shadow", "plain ORM transaction", "charge over plain ORM"


def figures() -> dict[str, Figure]:
    """Return both rates on one account, how many times the plain one ours is, and the processor time of each."""
    plain.create_tables()
    calls = {OURS: through_the_service(0), PLAIN: through_plain_orm()}
    rates: dict[str, list[float]] = {name: [] for name in calls}
    with unit_of_work(execution_path=ExecutionPath.DIRECT):
        for call in calls.values():
            for _ in range(WARM_UP_CHARGES):
                call()
        for _ in range(SLICES):
            for name, call in calls.items():
                rates[name].append(rate_of(call, seconds=SLICE_SECONDS))
        spent = processor_time(calls)
    return compared(rates, suffix="") | spent


def compared(rates: dict[str, list[float]], *, suffix: str) -> dict[str, Figure]:
    """Return the rates as figures, and the ratio of the slices that took turns."""
    made = {
        f"{name}{suffix}": Figure(median=median(slices), best=max(slices), unit="/s") for name, slices in rates.items()
    }
    ratios = [ours / plain_rate for ours, plain_rate in zip(rates[OURS], rates[PLAIN], strict=True)]
    return made | {f"{RATIO}{suffix}": Figure(median=median(ratios), best=max(ratios), unit="×")}


def through_the_service(number: int) -> Callable[[], object]:
    """Return a charge of the demo's account ``number``."""
    account = Account.objects.order_by("pk")[number]
    usage, numbers = Usage(tokens_input=1_200, tokens_output=300), count()
    return lambda: CreditService.deduct_credits_for_operation(
        account=account,
        operation_type="clustering",
        model="gpt-5.1",
        usage=usage,
        operation_id=f"bench:{getpid()}:{next(numbers)}",
    )


def through_plain_orm() -> Callable[[], object]:
    """Return a charge of an account of its own, without a harness."""
    account = plain.PlainAccount.objects.create(credits=10_000_000)
    return lambda: plain.charge(account_id=account.pk, credits=10, tokens_input=1_200, tokens_output=300)


def rate_of(call: Callable[[], object], *, seconds: float) -> float:
    """Return how many calls a second were made."""
    start, made = perf_counter(), 0
    while (elapsed := perf_counter() - start) < seconds:
        call()
        made += 1
    return made / elapsed
