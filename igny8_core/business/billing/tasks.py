"""Celery tasks of billing."""

from celery import shared_task

from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage


@shared_task(name="billing.deduct_credits_for_operation")
def deduct_credits_for_operation(
    *,
    account_id: int,
    operation_type: str,
    model: str,
    tokens_input: int,
    tokens_output: int,
    operation_id: str,
) -> None:
    """Charge one operation; safe to run twice, the operation id charges once."""
    CreditService.deduct_credits_for_operation(
        account=Account.objects.get(pk=account_id),
        operation_type=operation_type,
        model=model,
        usage=Usage(tokens_input=tokens_input, tokens_output=tokens_output),
        operation_id=operation_id,
    )
