"""What a call costs at its provider, as the log of usage keeps it: by the models' rows, judged by the price list."""

from decimal import Decimal

import structlog

from igny8_core.business.billing import pricing
from igny8_core.business.billing.provider_prices import kept_provider_prices
from igny8_core.business.billing.usage import Usage

log = structlog.get_logger("igny8.billing")


def provider_cost(*, model: str, usage: Usage, images: int = 0) -> Decimal | None:
    """Return the cost in USD, None where the model's rate is not known.

    A cost that is not the provider's by :mod:`~igny8_core.business.billing.provider_prices` is kept as it is, and
    told as an error: both sides of the migration keep it, so that no comparison could show it.
    """
    cost = pricing.provider_cost_usd(model=model, usage=usage, images=images)
    expected = kept_provider_prices.answer(model=model, usage=usage, images=images)
    if cost is not None and expected is not None and cost != expected:
        log.error(
            "igny8.provider_cost_mismatch",
            model=model,
            tokens_input=usage.tokens_input,
            tokens_output=usage.tokens_output,
            images=images,
            cost_usd=str(cost),
            expected_usd=str(expected),
        )
    return cost
