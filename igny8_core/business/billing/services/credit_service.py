"""Checks, computes, deducts and adds credits. Every balance moves here and nowhere else."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from igny8_core.auth.models import Account
from igny8_core.business.billing import pricing
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.legacy import credits as legacy
from igny8_core.business.billing.legacy.tariffs import tariffs
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog, OperationType
from igny8_core.business.billing.rates import rates
from igny8_core.business.billing.seams import credit_cost, image_cost
from igny8_core.business.billing.services.posting import Operation, Receipt, conflict, content_hash, insufficient, post
from igny8_core.business.billing.usage import NO_TOKENS, Related, Usage
from migration_harness.api import Charge, current_execution_path, settle

__all__ = ["CreditService", "Receipt", "TransactionType"]

TransactionType = CreditTransaction.TransactionType
Save = Callable[[Receipt], object]


class CreditService:
    """Stateless; the account's row lock orders what happens to one account."""

    @staticmethod
    def get_credit_cost(*, account: Account, operation_type: str, model: str, usage: Usage) -> int:
        """Return the credits of one text operation; raises CreditCalculationError."""
        return credit_cost(account=account, operation=operation_type, model=model, usage=usage)

    @staticmethod
    def get_image_cost(*, account: Account, model: str, images: int = 1) -> int:
        """Return the credits of ``images`` images; raises CreditCalculationError."""
        return image_cost(account=account, model=model, images=images)

    @staticmethod
    def check_credits(*, account: Account, operation_type: str, model: str, usage: Usage) -> int:
        """Return the cost; raises InsufficientCreditsError where the account's balance is below it."""
        cost = CreditService.get_credit_cost(account=account, operation_type=operation_type, model=model, usage=usage)
        return _affordable(account, cost)

    @staticmethod
    def check_credits_for_image(*, account: Account, model: str, images: int = 1) -> int:
        """Return the cost of images; raises InsufficientCreditsError where the account's balance is below it."""
        return _affordable(account, CreditService.get_image_cost(account=account, model=model, images=images))

    @staticmethod
    def deduct_credits_for_operation(
        *,
        account: Account,
        operation_type: str,
        model: str,
        usage: Usage,
        operation_id: str,
        related: Related | None = None,
        metadata: Mapping[str, Any] | None = None,
        save: Save | None = None,
    ) -> Receipt:
        """Charge one text operation: compute, check, describe, deduct, and log the usage.

        The same ``operation_id`` charges once and answers the first result; with other content it raises
        OperationConflict. ``save`` stores what the operation made, in the transaction of the charge, so that both
        are kept or lost together; a repeated operation does not call it. Raises CreditCalculationError and
        InsufficientCreditsError; then nothing is charged.
        """
        with _steady_rates():
            operation = Operation(
                account=account,
                operation_id=operation_id,
                operation_type=operation_type,
                model=model,
                usage=usage,
                cost_usd=pricing.provider_cost_usd(model=model, usage=usage),
                related=related,
                metadata=metadata,
            )
            return _charge(
                operation,
                lambda: credit_cost(account=account, operation=operation_type, model=model, usage=usage),
                save,
            )

    @staticmethod
    def deduct_credits_for_image(
        *,
        account: Account,
        model: str,
        operation_id: str,
        related: Related | None = None,
        metadata: Mapping[str, Any] | None = None,
        save: Save | None = None,
    ) -> Receipt:
        """Charge one successful image; otherwise as ``deduct_credits_for_operation``."""
        with _steady_rates():
            operation = Operation(
                account=account,
                operation_id=operation_id,
                operation_type=OperationType.IMAGE_GENERATION.value,
                model=model,
                usage=NO_TOKENS,
                images=1,
                cost_usd=pricing.provider_cost_usd(model=model, usage=NO_TOKENS, images=1),
                related=related,
                metadata=metadata,
            )
            return _charge(operation, lambda: image_cost(account=account, model=model, images=1), save)

    @staticmethod
    def was_charged(operation_id: str) -> bool:
        """Tell whether an operation of this id was charged."""
        return CreditTransaction.objects.filter(operation_id=operation_id).exists()

    @staticmethod
    def record_unbilled(
        *,
        account: Account,
        operation_type: str,
        model: str,
        usage: Usage,
        operation_id: str,
        reason: str,
        images: int = 0,
    ) -> None:
        """Log what a call cost the provider's side that nobody pays for: 0 credits, the cost, the reason."""
        CreditUsageLog.objects.create(
            account=account,
            operation_type=operation_type,
            credits_used=0,
            cost_usd=pricing.provider_cost_usd(model=model, usage=usage, images=images),
            model_used=model,
            tokens_input=usage.tokens_input,
            tokens_output=usage.tokens_output,
            metadata={"unbilled": reason, "operation_id": operation_id},
        )

    @staticmethod
    def add_credits(
        *,
        account: Account,
        amount: int,
        transaction_type: TransactionType,
        description: str,
        operation_id: str | None = None,
        reference_id: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> Receipt:
        """Add ``amount`` credits (purchase, subscription, refund or positive adjustment); idempotent by id."""
        if amount <= 0:
            raise ValueError(f"add_credits adds: the amount is {amount}, it must be above 0.")
        return _enter(
            account,
            amount=amount,
            transaction_type=transaction_type,
            description=description,
            operation_id=operation_id,
            reference_id=reference_id,
            metadata=metadata,
        )

    @staticmethod
    def take_credits(
        *,
        account: Account,
        amount: int,
        description: str,
        operation_id: str | None = None,
        reference_id: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> Receipt:
        """Take ``amount`` credits by an adjustment, not for an operation; idempotent by id.

        Raises InsufficientCreditsError where the balance is below it; then nothing is taken.
        """
        if amount <= 0:
            raise ValueError(f"take_credits takes: the amount is {amount}, it must be above 0.")
        return _enter(
            account,
            amount=-amount,
            transaction_type=TransactionType.ADJUSTMENT,
            description=description,
            operation_id=operation_id,
            reference_id=reference_id,
            metadata=metadata,
        )


@contextmanager
def _steady_rates() -> Iterator[None]:
    """Price and describe one charge by the same rates from beginning to end."""
    with rates.steady(), tariffs.steady():
        yield


def _charge(operation: Operation, price: Callable[[], int], save: Save | None) -> Receipt:
    bounded = not connection.in_atomic_block

    def basis(charge: Charge) -> dict[str, Any]:
        return _basis(charge, operation)

    def write(charge: Charge, credits: int) -> Receipt:  # noqa: A002  The domain's word.
        return post(charge, operation, credits=credits, basis=basis, bounded=bounded)

    def settled() -> Receipt:
        try:
            return settle(operation_id=operation.operation_id, price=price, write=write)
        except CreditCalculationError:
            # What was charged once stays charged, also when its model has no price any more.
            if earlier := _earlier(operation.operation_id, operation.content_hash):
                return earlier
            raise

    if save is None:
        return settled()
    with transaction.atomic():
        receipt = settled()
        if not receipt.repeated:
            save(receipt)
    return receipt


def _basis(charge: Charge, operation: Operation) -> dict[str, Any]:
    """Return what the ledger keeps of the price: the way in, and the rates of the side that answered."""
    if charge.answered_by == "candidate":
        used = pricing.rates_used(model=operation.model)
    else:
        used = legacy.rates_used(operation=operation.operation_type, model=operation.model)
    return {"execution_path": current_execution_path(), "rates": used}


def _enter(
    account: Account,
    *,
    amount: int,
    transaction_type: TransactionType,
    description: str,
    operation_id: str | None,
    reference_id: str,
    metadata: Mapping[str, Any] | None,
) -> Receipt:
    """Write one entry that is no charge, under the account's lock."""
    content = content_hash(account.pk, transaction_type, amount)
    with transaction.atomic():
        balance = Account.objects.select_for_update().values_list("credits", flat=True).get(pk=account.pk)
        if operation_id and (earlier := _earlier(operation_id, content)):
            return earlier
        if balance + amount < 0:
            raise insufficient(account, balance=balance, cost=-amount)
        row = CreditTransaction.objects.create(
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
    return Receipt(transaction_id=row.pk, credits=abs(amount), balance_after=row.balance_after)


def _affordable(account: Account, cost: int) -> int:
    balance = Account.objects.values_list("credits", flat=True).get(pk=account.pk)
    if balance < cost:
        raise insufficient(account, balance=balance, cost=cost)
    return cost


def _earlier(operation_id: str, content: str) -> Receipt | None:
    """Return the receipt of an operation that was charged already; raises OperationConflict for other content."""
    row = CreditTransaction.objects.filter(operation_id=operation_id).first()
    if row is None:
        return None
    if row.content_hash != content:
        raise conflict(operation_id, row.pk)
    return Receipt(transaction_id=row.pk, credits=abs(row.amount), balance_after=row.balance_after, repeated=True)
