"""The signed price list as an oracle: its own few lines, so that a fault of either side shows."""

import tomllib
from math import ceil
from pathlib import Path
from typing import Any

from igny8_core.business.billing.usage import Usage
from migration_harness.api import Oracle

_LIST: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())


def _signed_price(*, model: str, usage: Usage, **_: object) -> int | None:
    per_credit = _LIST["tokens_per_credit"].get(model)
    return None if per_credit is None else ceil(usage.total / per_credit)


def _recorded_tariff(*, operation: str, usage: Usage, **_: object) -> int | None:
    tariff = _LIST["legacy"].get(operation)
    return None if tariff is None else max(ceil(usage.total / tariff["tokens_per_credit"]), tariff["min_credits"])


price_list = Oracle(
    name="price list",
    reason=_LIST["signed"]["reason"],
    owner=_LIST["signed"]["by"],
    expires=_LIST["signed"]["explains_until"],
    answer=_signed_price,
    recorded_legacy=_recorded_tariff,
)
