"""What a customer is shown of prices, and what is charged: by model, in credits."""

import re
from itertools import count

from django.db import transaction

from igny8_core.ai import choices
from igny8_core.business.automation.estimate import estimate_of
from igny8_core.business.automation.expected import EXPECTED_TOKENS
from igny8_core.business.billing.models import CreditTransaction, OperationType
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage

API = "/api/v1/"
CREDITS, SELECTION, ENDPOINT, CHOICES = FLAGS = (
    "model-based-credits", "model-selection", "ai-models-endpoint", "dynamic-model-choices",
)  # fmt: skip
PROMPTS = OperationType.IMAGE_PROMPT_EXTRACTION
TOKENS = Usage(tokens_input=2_700, tokens_output=60)
PRICE = re.compile(r"\((?P<number>[\d,]+) (?P<unit>tokens/credit|credits?/image)\)")
_operations = count()


def charged(account, kind, model, *, operation="clustering", usage=TOKENS):
    """Charge one operation on a model, and take it back; returns its credits from the ledger."""
    name = f"shown:{next(_operations)}"
    with transaction.atomic():
        if kind == "text":
            CreditService.deduct_credits_for_operation(
                account=account, operation_type=operation, model=model, usage=usage, operation_id=name
            )
        else:
            CreditService.deduct_credits_for_image(account=account, model=model, operation_id=name)
        found = -CreditTransaction.objects.get(operation_id=name).amount
        transaction.set_rollback(True)
    return found


def shown(row, kind):
    """Return the credits that a customer reads of an operation on a model, by label and by field; None: no price."""
    found = PRICE.search(row["label"])
    field = row["tokens_per_credit" if kind == "text" else "credits_per_image"]
    assert (found and int(found["number"].replace(",", ""))) == field
    if field is None:
        assert "credit" not in row["label"]
        return None
    return -(-TOKENS.total // field) if kind == "text" else field


def of_api(customer):
    """Return what the API of the choices says: a price or None for each model, by type and name; nothing at 404."""
    answer = customer.get(f"{API}system/ai-models/")
    assert answer.status_code in (200, 404)
    rows = answer.json()["data"] if answer.status_code == 200 else {}
    return {(kind, row["model_name"]): shown(row, kind) for kind in rows for row in rows[kind]}


def on_page(customer, offered):
    """Return what the settings page shows: what the API offers where its flag is on; None: its own choices."""
    return offered if customer.get(f"{API}auth/me/").json()["data"]["flags"][CHOICES] else None


def wrong(account, customer, models):
    """Return what a customer is shown and is not charged, over all of ``models`` that have a price."""
    offered = of_api(customer)
    page = on_page(customer, offered)
    found = ["the page has choices without prices"] if page is not None and (not page or None in page.values()) else []
    prices = {model: offered.get(model) for model in models}
    paid = {model: charged(account, *model) for model, price in prices.items() if price is not None}
    return found + [(model, prices[model], paid[model]) for model in paid if paid[model] != prices[model]]


def estimated_wrong(account, site):
    """Return what the estimate of a run says of prompts and images, and is not charged."""
    prompts, images = estimate_of(site).stages[4:6]
    assert prompts.units
    assert images.units
    usage = EXPECTED_TOKENS[PROMPTS].usage(1)
    text_model = choices.text_model_for(account=account, site=site)
    text = charged(account, "text", text_model, operation=PROMPTS, usage=usage)
    image = charged(account, "image", choices.image_model_for(account=account, site=site))
    told, paid = (prompts.credits, images.credits), (prompts.units * text, images.units * image)
    return [] if told == paid else [(told, paid)]
