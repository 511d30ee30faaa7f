"""What it costs to record an operation, and what a live charge and a flip beside shadows wait for.

The operation is one charge, on the very account that live charges go to. Another process does the same, and shadows
each at once, without a pause. Where a live charge waits for a row of a shadow, the shadow ends.
"""

# @legacy file

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.synchronize import Event
from statistics import quantiles
from time import perf_counter

import django
from django.conf import settings

from benchmarks.timing import Figure

CHARGES, FLIPS, TURNS = 400, 20, 8
"""At most: each ends after its SECONDS, so that a machine that is busy is measured as well."""
SECONDS = 12.0
RECORDED, LEAST = 40, 3
PATIENCE_SECONDS = 60.0
FLAG = "model-based-credits"
KIND = "bench"
_numbers = count()


def figures() -> dict[str, Figure]:
    """Return milliseconds."""
    operation = declared()
    cost = recording(operation)
    quiet, quiet_flips = charges(), flips()
    with shadows():
        busy, busy_flips = charges(), flips()
    held, skipped = came_to()
    return {
        "shadows": Figure(median=len(held), best=len(held), unit=""),
        "shadows, compared": Figure(median=len(held) - skipped, best=len(held) - skipped, unit=""),
        "shadow, held": _figure(held),
        "shadow, held, p99": _p99(held),
        "operation, recorded": _figure(cost),
        "charge, p99": _p99(quiet),
        "charge beside shadows, p99": _p99(busy),
        "charge beside shadows": _figure(busy),
        "flip, p99": _p99(quiet_flips),
        "flip beside shadows, p99": _p99(busy_flips),
    }


def came_to():
    """Return for how many milliseconds each shadow held its rows, and how many were skipped."""
    from migration_harness.models import RecordedOperation

    found = RecordedOperation.objects.filter(kind=KIND, shadow_ms__isnull=False)
    held, states = zip(*found.values_list("shadow_ms", "shadow"), strict=True)
    return list(held), states.count("skipped")


def declared():
    """Return an operation that charges once."""
    from igny8_core.auth.models import Account
    from igny8_core.business.billing.services.credit_service import CreditService
    from igny8_core.business.billing.usage import Usage
    from migration_harness.api import recorded_operation

    @recorded_operation(KIND, account=lambda *, account_id, **_: account_id)
    def operation(*, account_id: int, operation_id: str) -> None:
        CreditService.deduct_credits_for_operation(
            account=Account.objects.select_related("plan").get(pk=account_id),
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=400, tokens_output=100),
            operation_id=operation_id,
        )

    return operation


def recording(operation) -> list[float]:
    """Return how much longer an operation takes that is recorded, in milliseconds; the two take turns."""
    account, more = _account(), []
    for turn in bounded(TURNS):
        took = {}
        for share in (0, 10_000):
            settings.HARNESS = settings.HARNESS | {"RECORDED_BPS": share, "SHADOWED_BPS": 0}
            began = perf_counter()
            for number in range(RECORDED):
                operation(account_id=account, operation_id=f"record:{share}:{turn}:{number}")
            took[share] = (perf_counter() - began) / RECORDED * 1000
        more.append(took[10_000] - took[0])
    settings.HARNESS = settings.HARNESS | {"RECORDED_BPS": 0, "SHADOWED_BPS": 0}
    return more


def charges() -> list[float]:
    """Return the milliseconds of live charges on the account of the shadowed operations."""
    operation, account = declared(), _account()
    return [
        _milliseconds(lambda: operation(account_id=account, operation_id=f"live:{next(_numbers)}"))
        for _ in bounded(CHARGES)
    ]


def flips() -> list[float]:
    """Return the milliseconds of flips of the flag by which charges are priced."""
    from migration_harness.control.flips import FlagChange, change_flag

    return [
        _milliseconds(
            lambda turn=turn: change_flag(
                name=FLAG,
                change=FlagChange(compared_bps=10_000 - turn % 2),
                actor="benchmarks",
                reason="to be measured",
            )
        )
        for turn in bounded(FLIPS)
    ]


def bounded(most: int) -> Iterator[int]:
    """Count to ``most``, or until the time is over: three times at least."""
    until = perf_counter() + SECONDS
    for number in range(most):
        if number >= LEAST and perf_counter() > until:
            return
        yield number


@contextmanager
def shadows() -> Iterator[None]:
    """Have another process do operations and shadow each at once, without a pause."""
    context = multiprocessing.get_context("spawn")
    ready, over = context.Event(), context.Event()
    process = context.Process(target=_shadow, args=(ready, over))
    process.start()
    try:
        if not ready.wait(PATIENCE_SECONDS):
            raise TimeoutError("No operation was shadowed: the process that does them has not begun.")
        yield
    finally:
        over.set()
        process.join(PATIENCE_SECONDS)
        # What has not ended by now never does.
        process.kill()


def _shadow(ready: Event, over: Event) -> None:
    django.setup()
    from migration_harness.operations.shadows import work_off

    settings.HARNESS = settings.HARNESS | {"RECORDED_BPS": 10_000, "SHADOWED_BPS": 10_000}
    operation, account = declared(), _account()
    while not over.is_set():
        operation(account_id=account, operation_id=f"shadowed:{next(_numbers)}")
        work_off(at_most_seconds=1)
        ready.set()


def _account() -> int:
    from igny8_core.auth.models import Account

    return Account.objects.order_by("-credits").first().pk


def _milliseconds(call) -> float:
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000


def _figure(samples: list[float]) -> Figure:
    return Figure(median=sorted(samples)[len(samples) // 2], best=min(samples), unit="ms")


def _p99(samples: list[float]) -> Figure:
    return Figure(median=quantiles(samples, n=100)[-1], best=min(samples), unit="ms")
