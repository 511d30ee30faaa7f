"""What may be entered about a model: a price that was signed, and always one default of each type.

For people, in the admin and the API. SQL can still write anything; then the oracle finds it, charge by charge.
"""

from typing import Protocol

from igny8_core.business.billing.signed_prices import FILE, PRICE_OF, signed_price, who_signs
from migration_harness.api import plan_is_running


class PricedModel(Protocol):
    """What the rules read of a model, beside the price of its type."""

    model_name: str
    model_type: str
    is_active: bool
    is_default: bool


def problems_of(model: PricedModel, *, stored: PricedModel | None) -> dict[str, str]:
    """Return what is wrong with a model as it would be saved, by field; empty where nothing is.

    ``stored`` is the model as it is now; None where it is a new one.
    """
    return _of_foreign_prices(model) | _of_default(model, stored) | _of_signed_prices(model, stored)


def _of_foreign_prices(model: PricedModel) -> dict[str, str]:
    own = PRICE_OF.get(model.model_type)
    return {
        field: f"A model for {model.model_type} is priced by {own}; leave this empty."
        for field in PRICE_OF.values()
        if field != own and getattr(model, field) is not None
    }


def _of_default(model: PricedModel, stored: PricedModel | None) -> dict[str, str]:
    found: dict[str, str] = {}
    price = PRICE_OF.get(model.model_type)
    if model.is_default and price and getattr(model, price) is None:
        found[price] = f"{model.model_name} is the default of its type, so it needs a price."
    if stored is None or not stored.is_default:
        return found
    remedy = f"{stored.model_name} is the default for {stored.model_type}. Make another model the default first."
    if not model.is_default:
        found["is_default"] = remedy
    if not model.is_active:
        found["is_active"] = remedy
    if model.model_type != stored.model_type:
        found["model_type"] = remedy
    return found


def _of_signed_prices(model: PricedModel, stored: PricedModel | None) -> dict[str, str]:
    """While a migration runs, both sides are judged by the signed list: a price outside it would be a discrepancy."""
    entered = [field for field in PRICE_OF.values() if _is_entered(model, stored, field)]
    wrong = [field for field in entered if getattr(model, field) != signed_price(model=model.model_name, field=field)]
    if not wrong or not plan_is_running():
        return {}
    return {field: _unsigned(model, field) for field in wrong}


def _is_entered(model: PricedModel, stored: PricedModel | None, field: str) -> bool:
    """Tell whether a price is new, or begins to count."""
    if stored is None or getattr(model, field) != getattr(stored, field) or model.model_name != stored.model_name:
        return True
    return model.is_active and not stored.is_active


def _unsigned(model: PricedModel, field: str) -> str:
    signed = signed_price(model=model.model_name, field=field)
    says = f"has {signed:,} for {model.model_name}" if signed is not None else f"has no price for {model.model_name}"
    return (
        f"The signed price list {says}. While the migration runs, another price needs the approval of {who_signs()} "
        f"and a change of {FILE}, deployed before it is entered here."
    )
