"""Where legacy and new meet: the price of an operation.

Before the switch an account that chose no model works on the legacy default, and after it on another one. So the new
price is compared on the model that the account would use, ``target_model``, for the usage that there was.
"""

from typing import Any

from igny8_core.auth.subjects import account_id, plan_id
from igny8_core.business.billing import pricing
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.legacy import credits as legacy
from igny8_core.business.billing.models import AIModelConfig, OperationType
from igny8_core.business.billing.price_list import image_price_list, price_list
from migration_harness.api import Seam


def _priced(operation: str, model: str, target_model: str) -> tuple[str, ...]:
    """Return operation and model of the new price, and of which model the legacy price is where that is another one.

    So the sums of two models are never those of one.
    """
    if target_model in ("", model):
        return operation, model
    return operation, target_model, f"instead of {model}"


def _text(*, operation: str, model: str, target_model: str, **_: Any) -> tuple[str, ...]:
    return _priced(operation, model, target_model)


def _image(*, model: str, target_model: str, **_: Any) -> tuple[str, ...]:
    return _priced(OperationType.IMAGE_GENERATION.value, model, target_model)


credit_cost = Seam(
    name="credits.text",
    flag="model-based-credits",
    control=legacy.credit_cost,
    candidate=pricing.credit_cost,
    subject=account_id,
    group_by=_text,
    account_plan=plan_id,
    explain=[price_list],
    errors=(CreditCalculationError,),
    measure="credits",
    money=True,
    # One charge is priced by rates that are held still: neither side reads a row.
    pure=True,
    runs_on=[AIModelConfig],
    # An account that chose no model gets another default with the new side, and pays the price of that one.
    foreseen=["target_model"],
)

image_cost = Seam(
    name="credits.image",
    flag="model-based-credits",
    control=legacy.image_cost,
    candidate=pricing.image_cost,
    subject=account_id,
    group_by=_image,
    account_plan=plan_id,
    explain=[image_price_list],
    errors=(CreditCalculationError,),
    measure="credits",
    money=True,
    # One charge is priced by rates that are held still: neither side reads a row.
    pure=True,
    runs_on=[AIModelConfig],
    # An account that chose no model gets another default with the new side, and pays the price of that one.
    foreseen=["target_model"],
)
