"""Checks, computes, deducts and adds credits. Every balance moves here and nowhere else."""

from collections.abc import Mapping
from typing import Any

from igny8_core.auth.models import Account
from igny8_core.auth.subjects import Payer
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog, OperationType
from igny8_core.business.billing.remembered import Steady
from igny8_core.business.billing.seams import credit_cost, image_cost
from igny8_core.business.billing.services.charging import Save, charge
from igny8_core.business.billing.services.costs import provider_cost
from igny8_core.business.billing.services.entering import enter
from igny8_core.business.billing.services.posting import Operation, Receipt, insufficient
from igny8_core.business.billing.usage import NO_TOKENS, Related, Usage
from migration_harness.api import noted

__all__ = ["CreditService", "Receipt", "TransactionType"]

TransactionType = CreditTransaction.TransactionType


class CreditService:
    """Stateless; the account's row lock orders what happens to one account."""

    @staticmethod
    def get_credit_cost(*, account: Account, operation_type: str, model: str, usage: Usage) -> int:
        """Return the credits of one text operation; raises CreditCalculationError."""
        return credit_cost(account=Payer.of(account), operation=operation_type, model=model, usage=usage)

    @staticmethod
    def get_image_cost(*, account: Account, model: str, images: int = 1) -> int:
        """Return the credits of ``images`` images; raises CreditCalculationError."""
        return image_cost(account=Payer.of(account), model=model, images=images)

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
        # @legacy begin model-based-credits
        # The model that the account would use with the new side, where that is another one: the new price is
        # compared on it, and nobody is charged for it.
        target_model: str = "",
        # @legacy end
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
        payer = Payer.of(account)
        with Steady():
            operation = Operation(
                account=account,
                operation_id=operation_id,
                operation_type=operation_type,
                model=model,
                usage=usage,
                target_model=target_model,  # @legacy line model-based-credits
                cost_usd=provider_cost(model=model, usage=usage),
                related=related,
                metadata=metadata,
            )
            return charge(
                operation=operation,
                price=lambda: credit_cost(
                    account=payer,
                    operation=operation_type,
                    model=model,
                    usage=usage,
                    target_model=target_model,  # @legacy line model-based-credits
                ),
                save=save,
            )

    @staticmethod
    def deduct_credits_for_image(
        *,
        account: Account,
        model: str,
        operation_id: str,
        # @legacy begin model-based-credits
        # The model that the account would use with the new side, where that is another one: the new price is
        # compared on it, and nobody is charged for it.
        target_model: str = "",
        # @legacy end
        related: Related | None = None,
        metadata: Mapping[str, Any] | None = None,
        save: Save | None = None,
    ) -> Receipt:
        """Charge one successful image; otherwise as ``deduct_credits_for_operation``."""
        payer = Payer.of(account)
        with Steady():
            operation = Operation(
                account=account,
                operation_id=operation_id,
                operation_type=OperationType.IMAGE_GENERATION.value,
                model=model,
                usage=NO_TOKENS,
                images=1,
                target_model=target_model,  # @legacy line model-based-credits
                cost_usd=provider_cost(model=model, usage=NO_TOKENS, images=1),
                related=related,
                metadata=metadata,
            )
            return charge(
                operation=operation,
                price=lambda: image_cost(
                    account=payer,
                    model=model,
                    images=1,
                    target_model=target_model,  # @legacy line model-based-credits
                ),
                save=save,
            )

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
        usage: Usage | None,
        operation_id: str,
        reason: str,
        images: int = 0,
    ) -> None:
        """Log what a call cost the provider's side that nobody pays for: 0 credits, the cost, the reason.

        Without ``usage`` and ``images`` the answer did not tell: then the cost is not known, and not zero.
        """
        used = usage or NO_TOKENS
        is_told = usage is not None or images > 0
        CreditUsageLog.objects.create(
            account=account,
            operation_type=operation_type,
            credits_used=0,
            cost_usd=provider_cost(model=model, usage=used, images=images) if is_told else None,
            model_used=model,
            tokens_input=used.tokens_input,
            tokens_output=used.tokens_output,
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
        return enter(
            account=account,
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
        return enter(
            account=account,
            amount=-amount,
            transaction_type=TransactionType.ADJUSTMENT,
            description=description,
            operation_id=operation_id,
            reference_id=reference_id,
            metadata=metadata,
        )


def _affordable(account: Account, cost: int) -> int:
    balance = Account.objects.values_list("credits", flat=True).get(pk=account.pk)
    noted("balance_checked", account=account.pk, credits=balance, cost=cost)
    if balance < cost:
        raise insufficient(account, balance=balance, cost=cost)
    return cost
