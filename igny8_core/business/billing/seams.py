"""Where legacy and new meet: the price of an operation."""

from igny8_core.auth.subjects import account_id, plan_id
from igny8_core.business.billing import pricing
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.legacy import credits as legacy
from igny8_core.business.billing.models import AIModelConfig, OperationType
from igny8_core.business.billing.price_list import image_price_list, price_list
from migration_harness.api import Seam

credit_cost = Seam(
    name="credits.text",
    flag="model-based-credits",
    control=legacy.credit_cost,
    candidate=pricing.credit_cost,
    subject=account_id,
    group_by=lambda *, operation, model, **_: (operation, model),
    account_plan=plan_id,
    explain=[price_list],
    errors=(CreditCalculationError,),
    measure="credits",
    money=True,
    # One charge is priced by rates that are held still: neither side reads a row.
    pure=True,
    runs_on=[AIModelConfig],
)

image_cost = Seam(
    name="credits.image",
    flag="model-based-credits",
    control=legacy.image_cost,
    candidate=pricing.image_cost,
    subject=account_id,
    group_by=lambda *, model, **_: (OperationType.IMAGE_GENERATION.value, model),
    account_plan=plan_id,
    explain=[image_price_list],
    errors=(CreditCalculationError,),
    measure="credits",
    money=True,
    # One charge is priced by rates that are held still: neither side reads a row.
    pure=True,
    runs_on=[AIModelConfig],
)
