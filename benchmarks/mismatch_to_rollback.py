"""From a charge at a wrong price to the rollback that every process has acknowledged, in seconds.

Beside the process that charges, others decide and hold leases. Once the charging process rolls back itself; once it
tells nobody, as if it had been killed after its commit, and whoever sees the row rolls back: the lease of any process.
"""

# @legacy file

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.synchronize import Barrier, Event
from os import getpid
from statistics import median
from time import perf_counter

import django

from benchmarks.timing import Figure

FLAG, REQUIRED = "model-based-credits", "model-selection"
MODEL = "gpt-5.1"
ROUNDS = 20
PROCESSES = 4
LONGEST_SECONDS = 60.0
"""A rollback that has not come by then does not come."""
_numbers = count()


def figures() -> dict[str, Figure]:
    """Return the seconds of each way, median and longest."""
    from benchmarks.flags import open_gates
    from migration_harness.log import announcing

    open_gates()
    with _others(), _wrong_price():
        told = _seconds()
        listeners, announcing.listeners[:] = list(announcing.listeners), []
        seen = _seconds()
        announcing.listeners[:] = listeners
    return _both("mismatch to rollback", told) | _both("mismatch to rollback, by another", seen)


def _both(name: str, seconds: list[float]) -> dict[str, Figure]:
    return {
        name: Figure(median=median(seconds), best=min(seconds), unit="s"),
        f"{name}, longest": Figure(median=max(seconds), best=min(seconds), unit="s"),
    }


def _seconds() -> list[float]:
    from migration_harness.control.flips import FlagChange
    from migration_harness.control.rollback import change_flag
    from migration_harness.models import AuditEvent

    charge, found = _charge(), []
    for _ in range(ROUNDS):
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="benchmarks", reason="to be measured")
        before = AuditEvent.objects.filter(subject=FLAG, actor="harness").count()
        start = perf_counter()
        charge()
        _wait(lambda before=before: AuditEvent.objects.filter(subject=FLAG, actor="harness").count() > before)
        _wait(_everybody_obeys)
        found.append(perf_counter() - start)
    return found


def _everybody_obeys() -> bool:
    from migration_harness import queries

    return all(member.behind == 0 for member in queries.fleet() if member.is_live)


def _charge() -> Callable[[], object]:
    from igny8_core.auth.models import Account
    from igny8_core.business.billing.services.credit_service import CreditService
    from igny8_core.business.billing.usage import Usage
    from migration_harness.api import ExecutionPath, unit_of_work

    account, usage = Account.objects.order_by("pk")[0], Usage(tokens_input=1_200, tokens_output=300)

    def charge() -> None:
        with unit_of_work(execution_path=ExecutionPath.DIRECT):
            CreditService.deduct_credits_for_operation(
                account=account,
                operation_type="clustering",
                model=MODEL,
                usage=usage,
                operation_id=f"bench:mismatch:{getpid()}:{next(_numbers)}",
            )

    return charge


@contextmanager
def _wrong_price() -> Iterator[None]:
    """Have a rate in the database that is not the one that was signed."""
    from igny8_core.business.billing import remembered
    from igny8_core.business.billing.models import AIModelConfig
    from migration_harness.control.flips import FlagChange, change_flag

    change_flag(name=REQUIRED, change=FlagChange(everyone=True), actor="benchmarks")
    model = AIModelConfig.objects.filter(model_name=MODEL)
    signed = model.get().tokens_per_credit
    model.update(tokens_per_credit=100)
    remembered.forget()
    yield
    model.update(tokens_per_credit=signed)
    remembered.forget()
    change_flag(name=REQUIRED, change=FlagChange(everyone=None), actor="benchmarks")


@contextmanager
def _others() -> Iterator[None]:
    # Spawned: a forked process would share the parent's connection.
    context = multiprocessing.get_context("spawn")
    ready, over = context.Barrier(PROCESSES + 1), context.Event()
    processes = [context.Process(target=_decide, args=(ready, over)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    ready.wait()
    try:
        yield
    finally:
        over.set()
        for process in processes:
            process.join()


def _decide(ready: Barrier, over: Event) -> None:
    django.setup()
    from migration_harness.deciding.source import decide

    decide(FLAG, 1)
    ready.wait()
    while not over.wait(0.01):
        decide(FLAG, 1)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"No rollback within {LONGEST_SECONDS:.0f} s.")
        time.sleep(0.002)
