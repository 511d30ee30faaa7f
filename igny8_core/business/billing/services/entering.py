"""Entries of the ledger that are no charge, and what was entered before under the same id."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.posting import Receipt, conflict, content_hash, insufficient
from migration_harness.api import read_committed


def enter(
    *,
    account: Account,
    amount: int,
    transaction_type: CreditTransaction.TransactionType,
    description: str,
    operation_id: str | None,
    reference_id: str,
    metadata: Mapping[str, Any] | None,
) -> Receipt:
    """Write one entry that is no charge, under the account's lock; the same ``operation_id`` again writes nothing.

    Raises InsufficientCreditsError, and OperationConflict where the id stands for something else, of whatever account.
    """
    content = content_hash(account.pk, transaction_type, amount)
    with read_committed():
        balance = Account.objects.select_for_update().values_list("credits", flat=True).get(pk=account.pk)
        if operation_id and (earlier := earlier_entry(operation_id, content)):
            return earlier
        if balance + amount < 0:
            raise insufficient(account, balance=balance, cost=-amount)
        row = CreditTransaction(
            account=account,
            transaction_type=transaction_type,
            amount=amount,
            balance_after=balance + amount,
            description=description,
            operation_id=operation_id,
            reference_id=reference_id,
            metadata=dict(metadata or {}),
            content_hash=content,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # The lock is this account's: another one may have taken the id meanwhile.
            if operation_id and (earlier := earlier_entry(operation_id, content)):
                return earlier
            raise
    return Receipt(transaction_id=row.pk, credits=abs(amount), balance_after=row.balance_after)


def earlier_entry(operation_id: str, content: str) -> Receipt | None:
    """Return the receipt of an operation that was charged already; raises OperationConflict for other content."""
    row = CreditTransaction.objects.filter(operation_id=operation_id).first()
    if row is None:
        return None
    if row.content_hash != content:
        raise conflict(operation_id, row.pk)
    return Receipt(transaction_id=row.pk, credits=abs(row.amount), balance_after=row.balance_after, repeated=True)
