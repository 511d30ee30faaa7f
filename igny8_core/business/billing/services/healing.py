"""Corrects what accounts paid too much or too little at the new price: the host's side of ``harness heal``.

One entry of the ledger heals many charges of one account, so that a customer's statement gets a line and not a copy of
itself; ``HealedCharge`` says which ones. Both are written under the account's lock in one transaction, so a charge is
healed once, whoever asks and whoever is killed.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import BillingConfiguration, CreditTransaction, HealedCharge
from igny8_core.business.billing.services.credit_service import CreditService, Receipt, TransactionType
from migration_harness.api import AccountDue, Correction, Mandate, Posted, Scope

MOST_CHARGES: Final = 2_000
"""Charges that one entry heals: the account's next charge waits for it, and has one second."""

_DUES: Final = (Path(__file__).parents[1] / "sql" / "dues.sql").read_text()
_AMOUNTS: Final = (
    "overpaid_charges", "overpaid", "underpaid_charges", "underpaid", "unknown_charges", "unknown",
    "healed_charges", "refunded", "debited",
)  # fmt: skip


class CreditLedger:
    """The ledger of credits as the harness corrects it."""

    flag = "model-based-credits"

    def usd_per_credit(self) -> Decimal:
        """Return what one credit is sold for."""
        row = BillingConfiguration.objects.filter(pk=1).first() or BillingConfiguration()
        return row.default_credit_price_usd

    def dues(self, scope: Scope) -> Sequence[AccountDue]:
        """Return what the charges of a scope came to, by account."""
        accounts = [int(each) for each in scope.account_ids] or None
        with connection.cursor() as cursor:
            cursor.execute(_DUES, {"since": scope.since, "until": scope.until, "accounts": accounts})
            rows = cursor.fetchall()
        return [_due(account_id, list(ways)) for account_id, ways in groupby(rows, key=lambda row: row[0])]

    def correct(self, *, account_id: str, scope: Scope, correction: Correction, mandate: Mandate) -> Posted | None:
        """Write one entry for the oldest charges of an account that are due; None where there is none to write."""
        with transaction.atomic():
            account = Account.objects.select_for_update(no_key=True).get(pk=int(account_id))
            due = _charges(account, scope, correction)
            if correction is Correction.DEBIT:
                due = list(_within(due, account.credits))
            if not due:
                return None
            receipt = _enter(account, due, correction, mandate)
            sign = 1 if correction is Correction.REFUND else -1
            HealedCharge.objects.bulk_create(
                HealedCharge(charge_id=pk, entry_id=receipt.transaction_id, credits=sign * amount)
                for pk, amount, _ in due
            )
        return Posted(charges=len(due), credits=receipt.credits)


Charge = tuple[int, int, datetime]
"""Its primary key, the credits to be corrected (above 0), and when it was made."""


def _charges(account: Account, scope: Scope, correction: Correction) -> list[Charge]:
    """Return the oldest charges that are due; read after the account was locked, so nobody else is healing them."""
    too_much = -F("amount") - F("control_credits")
    rows = CreditTransaction.objects.filter(
        account=account,
        transaction_type=TransactionType.DEDUCTION,
        priced_by="candidate",
        created_at__lt=scope.until,
        healed=None,
    )
    if scope.since is not None:
        rows = rows.filter(created_at__gte=scope.since)
    rows = rows.annotate(credits=too_much if correction is Correction.REFUND else -too_much).filter(credits__gt=0)
    return list(rows.order_by("pk").values_list("pk", "credits", "created_at")[:MOST_CHARGES])


def _within(due: Iterable[Charge], balance: int) -> Iterator[Charge]:
    """Yield whole charges as far as the balance goes."""
    for charge in due:
        balance -= charge[1]
        if balance < 0:
            return
        yield charge


def _enter(account: Account, due: list[Charge], correction: Correction, mandate: Mandate) -> Receipt:
    first, last = due[0], due[-1]
    ids = ",".join(str(pk) for pk, _, _ in due)
    days = sorted({f"{at:%Y-%m-%d}" for at in (first[2], last[2])})
    what = "1 charge" if len(due) == 1 else f"{len(due):,} charges"
    when = f"of {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[1]}"
    values: dict[str, Any] = {
        "account": account,
        "amount": sum(amount for _, amount, _ in due),
        # Of what is healed, so that the same charges are never corrected under another id.
        "operation_id": f"heal:{correction}:{sha256(ids.encode()).hexdigest()[:32]}",
        "reference_id": mandate.run,
        "metadata": {
            "charges": len(due),
            "first_charge": first[0],
            "last_charge": last[0],
            "actor": mandate.actor,
            "approver": mandate.approver,
            "reason": mandate.reason,
        },
    }
    if correction is Correction.REFUND:
        description = f"Refund: {what} {when} above the earlier price"
        return CreditService.add_credits(transaction_type=TransactionType.REFUND, description=description, **values)
    return CreditService.take_credits(description=f"Correction: {what} {when} below the earlier price", **values)


def _due(account_id: int, ways: list[tuple[Any, ...]]) -> AccountDue:
    sums = {name: sum(int(way[4 + place]) for way in ways) for place, name in enumerate(_AMOUNTS)}
    charges = {_way_in(way_in, run): count for _, way_in, run, count, *_ in ways}
    return AccountDue(account_id=str(account_id), charges=charges, **sums)


def _way_in(way_in: str | None, run: str | None) -> str:
    return f"{way_in}, run {run}" if run else way_in or "unknown"


ledger = CreditLedger()
