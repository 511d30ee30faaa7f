"""Corrects what accounts paid too much or too little at the new price: the host's side of ``harness heal``.

One entry of the ledger heals many charges of one account, so that a customer's statement gets a line and not a copy of
itself; ``HealedCharge`` says which ones, and ``HealedRest`` those that had been healed before and got the rest. All is
written under the account's lock in one transaction, so a charge is healed once, whoever asks and whoever is killed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS, connection

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import BillingConfiguration, HealedCharge, HealedRest
from igny8_core.business.billing.price_list import SIGNED_ON, TABLES
from igny8_core.business.billing.services.credit_service import CreditService, Receipt, TransactionType
from migration_harness.api import AccountDue, Against, Correction, Mandate, Posted, Scope, read_committed

MOST_CHARGES: Final = 2_000
"""Charges that one entry heals: the account's next charge waits for it, and has one second."""

_SQL: Final = Path(__file__).parents[1] / "sql"
_DUE: Final = f"WITH due AS (\n{(_SQL / 'due_charges.sql').read_text()})\n"
_DUES: Final = _DUE + (_SQL / "dues.sql").read_text()
_CHARGES: Final = {
    correction: f"{_DUE}SELECT id, {due}, created_at, healed IS NOT NULL FROM due "  # noqa: S608  Constants.
    f"WHERE {due} > 0 ORDER BY id LIMIT %(most)s"
    for correction, due in ((Correction.REFUND, "too_much"), (Correction.DEBIT, "too_little"))
}
_PRICE: Final = {Against.SIGNED: "the price list", Against.LEGACY: "the earlier price"}
_AMOUNTS: Final = (
    "overpaid_charges", "overpaid", "underpaid_charges", "underpaid", "unknown_charges", "unknown",
    "healed_charges", "refunded", "debited", "derived_charges",
)  # fmt: skip


class CreditLedger:
    """The ledger of credits as the harness corrects it."""

    flag = "model-based-credits"
    against = (Against.SIGNED, Against.LEGACY)
    database = DEFAULT_DB_ALIAS

    def usd_per_credit(self) -> Decimal:
        """Return what one credit is sold for."""
        row = BillingConfiguration.objects.filter(pk=1).first() or BillingConfiguration()
        return row.default_credit_price_usd

    def dues(self, scope: Scope) -> Sequence[AccountDue]:
        """Return what the charges of a scope came to, by account."""
        with connection.cursor() as cursor:
            cursor.execute(_DUES, _asked(scope))
            rows = cursor.fetchall()
        return [_due(account_id, list(ways)) for account_id, ways in groupby(rows, key=lambda row: row[0])]

    def correct(self, *, account_id: str, scope: Scope, correction: Correction, mandate: Mandate) -> Posted | None:
        """Write one entry for the oldest charges of an account that are due; None where there is none to write."""
        with read_committed():
            account = Account.objects.select_for_update(no_key=True).get(pk=int(account_id))
            due = _charges(account, scope, correction)
            if correction is Correction.DEBIT:
                due = list(_within(due, account.credits))
            if not due:
                return None
            receipt = _enter(account, due, scope, correction, mandate)
            _note(due, correction, entry_id=receipt.transaction_id)
        return Posted(charges=len(due), credits=receipt.credits)


Charge = tuple[int, int, datetime, bool]
"""Its primary key, the credits to be corrected (above 0), when it was made, and whether it was healed before."""


def _charges(account: Account, scope: Scope, correction: Correction) -> list[Charge]:
    """Return the oldest charges that are due; read after the account was locked, so nobody else is healing them."""
    asked = _asked(replace(scope, account_ids=(str(account.pk),)))
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES[correction], asked | {"most": MOST_CHARGES})
        return cast("list[Charge]", cursor.fetchall())


def _asked(scope: Scope) -> dict[str, Any]:
    """Return the parameters of due_charges.sql."""
    return {
        "since": scope.since,
        "until": scope.until,
        "accounts": [int(each) for each in scope.account_ids] or None,
        "against": (scope.against or Against.SIGNED).value,
        "prices": json.dumps(TABLES),
        "signed_on": datetime(SIGNED_ON.year, SIGNED_ON.month, SIGNED_ON.day, tzinfo=UTC),
    }


def _within(due: Iterable[Charge], balance: int) -> Iterator[Charge]:
    """Yield whole charges as far as the balance goes."""
    for charge in due:
        balance -= charge[1]
        if balance < 0:
            return
        yield charge


def _note(due: list[Charge], correction: Correction, *, entry_id: int) -> None:
    sign = 1 if correction is Correction.REFUND else -1
    HealedCharge.objects.bulk_create(
        HealedCharge(charge_id=pk, entry_id=entry_id, credits=sign * amount)
        for pk, amount, _, healed in due
        if not healed
    )
    HealedRest.objects.bulk_create(
        HealedRest(charge_id=pk, entry_id=entry_id, credits=amount) for pk, amount, _, healed in due if healed
    )


def _enter(account: Account, due: list[Charge], scope: Scope, correction: Correction, mandate: Mandate) -> Receipt:
    against = scope.against or Against.SIGNED
    first, last = due[0], due[-1]
    ids = ",".join(f"{pk}+" if healed else str(pk) for pk, _, _, healed in due)
    days = sorted({f"{at:%Y-%m-%d}" for at in (first[2], last[2])})
    what = "1 charge" if len(due) == 1 else f"{len(due):,} charges"
    when = f"of {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[1]}"
    values: dict[str, Any] = {
        "account": account,
        "amount": sum(amount for _, amount, *_ in due),
        # Of what is healed, so that the same charges are never corrected under another id; a rest is another thing.
        "operation_id": f"heal:{correction}:{sha256(ids.encode()).hexdigest()[:32]}",
        "reference_id": mandate.run,
        "metadata": {
            "charges": len(due),
            "first_charge": first[0],
            "last_charge": last[0],
            "against": against.value,
            "actor": mandate.actor,
            "approver": mandate.approver,
            "reason": mandate.reason,
        },
    }
    if correction is Correction.REFUND:
        description = f"Refund: {what} {when} above {_PRICE[against]}"
        return CreditService.add_credits(transaction_type=TransactionType.REFUND, description=description, **values)
    return CreditService.take_credits(description=f"Correction: {what} {when} below {_PRICE[against]}", **values)


def _due(account_id: int, ways: list[tuple[Any, ...]]) -> AccountDue:
    sums = {name: sum(int(way[4 + place]) for way in ways) for place, name in enumerate(_AMOUNTS)}
    charges = {_way_in(way_in, run): count for _, way_in, run, count, *_ in ways}
    return AccountDue(account_id=str(account_id), charges=charges, **sums)


def _way_in(way_in: str | None, run: str | None) -> str:
    return f"{way_in}, run {run}" if run else way_in or "unknown"


ledger = CreditLedger()
