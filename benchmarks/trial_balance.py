"""What the trial balance costs beside a long ledger: a tick, a tick after new charges, and how soon a row is named.

``BENCH_LEDGER_ROWS`` says how long the ledger is; the budget holds for ten million as well.
"""

import os
from collections.abc import Callable
from time import perf_counter

from django.db import connection

from benchmarks.ledger_rows import fill_ledger
from benchmarks.timing import Figure, figure_of
from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.evidence.findings import Answer
from migration_harness.money.trial_balance import check, check_all

ROWS = int(os.environ.get("BENCH_LEDGER_ROWS", "200000"))
ROUNDS = 15
NEW = 100
"""Charges between two ticks, of which there are three a minute: 430,000 a day."""
_CHANGE = """
ALTER TABLE billing_credittransaction DISABLE TRIGGER ledger_is_final;
UPDATE billing_credittransaction SET reference_id = 'x'
WHERE id = (SELECT min(id) FROM billing_credittransaction WHERE operation_id = 'bench:1');
ALTER TABLE billing_credittransaction ENABLE ALWAYS TRIGGER ledger_is_final;
SELECT pg_stat_force_next_flush()
"""


def figures() -> dict[str, Figure]:
    """Return milliseconds of ticks, and seconds of what happens once."""
    rows = fill_ledger(rows=ROWS)
    whole = _seconds(check_all)
    _require(Answer.OPEN)
    account = Account.objects.filter(name="Demo Free 1").first() or Account.objects.order_by("pk").first()
    idle = [_seconds(check) for _ in range(ROUNDS)]
    busy = []
    for number in range(ROUNDS):
        _charge(account, first=number * NEW)
        busy.append(_seconds(check))
    _require(Answer.OPEN)
    _change_an_old_row()
    named = _seconds(check)
    _require(Answer.CLOSED)
    return {
        "trial balance, rows": Figure(median=rows, best=rows, unit=""),
        "trial balance, whole check": Figure(median=whole, best=whole, unit="s"),
        "trial balance, tick": _milliseconds(idle),
        "trial balance, tick after charges": _milliseconds(busy),
        "trial balance, changed row named": Figure(median=named, best=named, unit="s"),
    }


def _charge(account: Account, *, first: int) -> None:
    for number in range(first, first + NEW):
        CreditService.deduct_credits_for_operation(
            account=account,
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=400, tokens_output=100),
            operation_id=f"new:{number}",
        )


def _change_an_old_row() -> None:
    with connection.cursor() as cursor:
        for statement in _CHANGE.split(";"):
            cursor.execute(statement)


def _require(answer: Answer) -> None:
    finding = check().finding
    if finding.answer is not answer:
        raise RuntimeError(f"The trial balance is {finding.answer}: {finding.sentence}")


def _seconds(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return perf_counter() - start


def _milliseconds(seconds: list[float]) -> Figure:
    figure = figure_of([each * 1e3 for each in seconds])
    return Figure(median=figure.median, best=figure.best, unit="ms")
