"""The signed price list as two oracles: its own few lines, so that a fault of either side shows."""

import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any, Final

from igny8_core.business.billing.usage import Usage
from migration_harness.api import Oracle, version_of

_FILE = Path(__file__).with_suffix(".toml")
_LIST: dict[str, Any] = tomllib.loads(_FILE.read_text(), parse_float=Decimal)


def _signed_price(
    *,
    model: str,
    usage: Usage,
    target_model: str = "",  # @legacy line model-based-credits
    **_: object,
) -> int | None:
    model = target_model or model  # @legacy line model-based-credits
    per_credit = _LIST["tokens_per_credit"].get(model)
    return None if per_credit is None else ceil(usage.total / per_credit)


def _recorded_tariff(*, operation: str, usage: Usage, **_: object) -> int | None:
    tariff = _LIST["legacy"].get(operation)
    return None if tariff is None else max(ceil(usage.total / tariff["tokens_per_credit"]), tariff["min_credits"])


def _signed_image_price(
    *,
    model: str,
    images: int,
    target_model: str = "",  # @legacy line model-based-credits
    **_: object,
) -> int | None:
    model = target_model or model  # @legacy line model-based-credits
    per_image: int | None = _LIST["credits_per_image"].get(model)
    return None if per_image is None else per_image * images


def _recorded_image_tariff(*, model: str, images: int, **_: object) -> int | None:
    tariff = _LIST["legacy"]["image_generation"]
    usd: Decimal | None = tariff["usd_per_image"].get(model)
    return None if usd is None else max(ceil(usd * images / tariff["price_per_credit_usd"]), tariff["min_credits"])


def _oracle(answer: Callable[..., Any], recorded_legacy: Callable[..., Any]) -> Oracle:
    return Oracle(
        name="price list",
        reason=_LIST["signed"]["reason"],
        owner=_LIST["signed"]["by"],
        expires=_LIST["signed"]["explains_until"],
        answer=answer,
        recorded_legacy=recorded_legacy,
        version=version_of(_FILE.read_bytes()),
    )


def signed_credits(*, model: str, usage: Usage, images: int) -> int | None:
    """Return what an operation costs by the list, in credits; None where the list has no price for its model."""
    if images:
        return _signed_image_price(model=model, images=images)
    return _signed_price(model=model, usage=usage)


SIGNED_ON: Final[date] = _LIST["signed"]["on"]
"""Since when the list holds: what was charged earlier was charged by another one."""

TABLES: Final = {name: _LIST[name] for name in ("tokens_per_credit", "credits_per_image")}
"""Its prices by model, for a statement that prices many charges."""

TARIFFS: Final[dict[str, Any]] = {name: each for name, each in _LIST["legacy"].items() if "tokens_per_credit" in each}
"""The tariffs of text that it replaces, by operation."""

price_list = _oracle(_signed_price, _recorded_tariff)
image_price_list = _oracle(_signed_image_price, _recorded_image_tariff)
