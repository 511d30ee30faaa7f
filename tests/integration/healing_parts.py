"""Charges at the candidate's price, and what they should have cost, computed from the published tariff alone."""

from math import ceil

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, HealedCharge
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from tests.people import trusted

FLAG = "model-based-credits"
# Credits: what one image costs by the new list, and by the legacy tariff (FACTS: one image, today → after).
IMAGES = {"google:4@2": (15, 7), "dall-e-3": (5, 5), "runware:97@1": (1, 5)}
# By model: what nobody signed. An image of google:4@2 costs 8 credits too much, 34,000 tokens on gpt-5.1 17 too little.
WRONG_PRICES = {"google:4@2": {"credits_per_image": 23}, "gpt-5.1": {"tokens_per_credit": 2_000}}


def misprice(prices=WRONG_PRICES):
    """Let the candidate charge what nobody signed."""
    for model, price in prices.items():
        assert AIModelConfig.objects.filter(model_name=model).update(**price) == 1


def draw(account, model, *, operation_id):
    CreditService.deduct_credits_for_image(account=account, model=model, operation_id=operation_id)


def cluster(account, tokens, *, operation_id):
    """Charge clustering on gpt-5.1; return what it costs by the signed list and by the legacy tariff."""
    CreditService.deduct_credits_for_operation(
        account=account,
        operation_type="clustering",
        model="gpt-5.1",
        usage=Usage(tokens_input=tokens - 100, tokens_output=100),
        operation_id=operation_id,
    )
    return ceil(tokens / 1_000), max(ceil(tokens / 150), 2)


def operators(*names):
    return [trusted(name) for name in names]


def balances():
    return dict(Account.objects.values_list("pk", "credits"))


def adds_up():
    """Opening plus the sum of the entries is the balance, of every account."""
    return all(
        row.opening_credits + sum(row.transactions.values_list("amount", flat=True)) == row.credits
        for row in Account.objects.all()
    )


def entries(kind="refund"):
    return CreditTransaction.objects.filter(transaction_type=kind, reference_id__startswith="heal-")


def healed():
    return dict(HealedCharge.objects.values_list("charge__operation_id", "credits"))
