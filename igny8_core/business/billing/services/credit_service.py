"""Checks, computes, deducts and adds credits. Every balance moves here and nowhere else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.pricing import provider_cost_usd
from igny8_core.business.billing.seams import credit_cost
from igny8_core.business.billing.usage import Usage
from migration_harness.api import Charge, charge

TransactionType = CreditTransaction.TransactionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an operation was charged. ``repeated``: an earlier call with the same id had charged it."""

    transaction_id: int
    credits: int
    balance_after: int
    repeated: bool = False


class CreditService:
    """Stateless; the account's row lock orders what happens to one account."""

    @staticmethod
    def get_credit_cost(*, account: Account, operation_type: str, model: str, usage: Usage) -> int:
        """Return the credits of one text operation; raises CreditCalculationError."""
        return credit_cost(account=account, operation=operation_type, model=model, usage=usage)

    @staticmethod
    def check_credits(*, account: Account, operation_type: str, model: str, usage: Usage) -> int:
        """Return the cost; raises InsufficientCreditsError where the account's balance is below it."""
        cost = CreditService.get_credit_cost(account=account, operation_type=operation_type, model=model, usage=usage)
        balance = Account.objects.values_list("credits", flat=True).get(pk=account.pk)
        _require(account, balance=balance, cost=cost)
        return cost

    @staticmethod
    def deduct_credits_for_operation(
        *, account: Account, operation_type: str, model: str, usage: Usage, operation_id: str
    ) -> Receipt:
        """Charge one text operation: compute, check, describe, deduct, and log the usage.

        The same ``operation_id`` charges once and answers the first result; with other content it raises
        OperationConflict. Raises CreditCalculationError and InsufficientCreditsError; then nothing is charged.
        """
        content = _hash(account.pk, operation_type, model, asdict(usage))
        with _one_of_its_id(operation_id), charge(operation_id=operation_id) as this_charge:
            balance = _locked_balance(account)
            if earlier := _earlier(operation_id, content):
                return earlier
            cost = CreditService.get_credit_cost(
                account=account, operation_type=operation_type, model=model, usage=usage
            )
            _require(account, balance=balance, cost=cost)
            return _deduct(
                account,
                balance=balance,
                credits=cost,
                operation_type=operation_type,
                model=model,
                usage=usage,
                operation_id=operation_id,
                content=content,
                priced=this_charge,
            )

    @staticmethod
    def add_credits(
        *,
        account: Account,
        amount: int,
        transaction_type: TransactionType,
        description: str,
        operation_id: str | None = None,
    ) -> Receipt:
        """Add ``amount`` credits (purchase, subscription, refund or positive adjustment); idempotent by id."""
        if amount <= 0:
            raise ValueError(f"add_credits adds: the amount is {amount}, it must be above 0.")
        content = _hash(account.pk, transaction_type, amount)
        with transaction.atomic():
            balance = _locked_balance(account)
            if operation_id and (earlier := _earlier(operation_id, content)):
                return earlier
            row = CreditTransaction.objects.create(
                account=account,
                transaction_type=transaction_type,
                amount=amount,
                balance_after=balance + amount,
                description=description,
                operation_id=operation_id,
                content_hash=content,
            )
        return Receipt(transaction_id=row.pk, credits=amount, balance_after=row.balance_after)


def _require(account: Account, *, balance: int, cost: int) -> None:
    if balance < cost:
        raise InsufficientCreditsError(
            f"{account.name} has {balance:,} credits and needs {cost:,}. Buy credits or upgrade the plan."
        )


def _locked_balance(account: Account) -> int:
    return Account.objects.select_for_update().values_list("credits", flat=True).get(pk=account.pk)


def _hash(*content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _earlier(operation_id: str, content: str) -> Receipt | None:
    """Return the receipt of an operation that was charged already. The account's lock is held."""
    row = CreditTransaction.objects.filter(operation_id=operation_id).first()
    if row is None:
        return None
    if row.content_hash != content:
        raise OperationConflict(
            f"The operation {operation_id!r} was charged with other content (transaction {row.pk}). "
            "Give each operation an id of its own."
        )
    return Receipt(transaction_id=row.pk, credits=abs(row.amount), balance_after=row.balance_after, repeated=True)


def _credits(measure: Decimal | int | None) -> int | None:
    """Return a seam's measure as credits, which are whole."""
    return None if measure is None else int(measure)


@contextmanager
def _one_of_its_id(operation_id: str) -> Iterator[None]:
    """Name the conflict where two accounts use one operation id at once: neither saw the other's entry."""
    try:
        yield
    except IntegrityError as error:
        if CreditTransaction.objects.filter(operation_id=operation_id).exists():
            raise OperationConflict(f"The operation {operation_id!r} was charged to another account.") from error
        raise


def _deduct(
    account: Account,
    *,
    balance: int,
    credits: int,  # noqa: A002  The domain's word.
    operation_type: str,
    model: str,
    usage: Usage,
    operation_id: str,
    content: str,
    priced: Charge,
) -> Receipt:
    row = CreditTransaction.objects.create(
        account=account,
        transaction_type=TransactionType.DEDUCTION,
        amount=-credits,
        balance_after=balance - credits,
        description=f"{operation_type.replace('_', ' ').capitalize()} ({model}, {usage.total:,} tokens)",
        operation_id=operation_id,
        content_hash=content,
        priced_by=priced.answered_by,
        flag_epoch=priced.epoch,
        control_credits=_credits(priced.control_measure),
        candidate_credits=_credits(priced.candidate_measure),
    )
    CreditUsageLog.objects.create(
        account=account,
        operation_type=operation_type,
        credits_used=credits,
        cost_usd=provider_cost_usd(model=model, usage=usage),
        model_used=model,
        tokens_input=usage.tokens_input,
        tokens_output=usage.tokens_output,
        transaction=row,
    )
    return Receipt(transaction_id=row.pk, credits=credits, balance_after=row.balance_after)
