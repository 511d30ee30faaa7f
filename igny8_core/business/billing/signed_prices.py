"""What the business signed, as far as a price may be entered: the tables of ``price_list.toml`` by field."""

import tomllib
from pathlib import Path
from typing import Any, Final

PRICE_OF: Final = {"text": "tokens_per_credit", "image": "credits_per_image"}
"""The field of ``AIModelConfig`` that holds the price of a type; the list has a table of the same name for each."""

FILE: Final = "igny8_core/business/billing/price_list.toml"

_LIST: dict[str, Any] = tomllib.loads(Path(__file__).with_name("price_list.toml").read_text())


def signed_price(*, model: str, field: str) -> int | None:
    """Return the signed price of a model, in the unit of ``field``; None where the list has none."""
    price: int | None = _LIST.get(field, {}).get(model)
    return price


def who_signs() -> str:
    """Return whose approval a change of the list needs."""
    return str(_LIST["signed"]["by"])
