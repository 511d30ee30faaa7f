"""Charges as the application makes them."""

from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage

FLAG = "model-based-credits"
USAGE = Usage(tokens_input=2_000, tokens_output=760)


def deduct(account, **other):
    arguments = {
        "account": account, "operation_type": "clustering", "model": "gpt-5.1", "usage": USAGE, "operation_id": "op",
    }  # fmt: skip
    return CreditService.deduct_credits_for_operation(**(arguments | other))


def deduct_image(account, **other):
    return CreditService.deduct_credits_for_image(
        **({"account": account, "model": "google:4@2", "operation_id": "op"} | other)
    )


def balance(account):
    return Account.objects.get(pk=account.pk).credits


class Broken(Exception):
    pass
