"""What a call costs at its provider, as two oracles: their own few lines, so that a fault of shared code shows.

One answers exactly, as ``models.cost_usd`` does; the other as the log of usage keeps it, to a millionth of a dollar.
"""

import tomllib
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, Final

from igny8_core.business.billing.usage import Usage
from migration_harness.api import Oracle, version_of

_FILE: Final = Path(__file__).with_suffix(".toml")
_LIST: Final[dict[str, Any]] = tomllib.loads(_FILE.read_text(), parse_float=Decimal)
_USD_PER_TOKEN: Final[dict[str, tuple[Decimal, Decimal]]] = {
    model: (price["sent"].scaleb(-6), price["generated"].scaleb(-6))
    for model, price in _LIST["usd_per_million_tokens"].items()
}
_KEPT_TO: Final = Decimal("0.000001")


def _exact(*, model: str, usage: Usage | None = None, images: int = 0, **_: object) -> Decimal | None:
    if images or usage is None:
        per_image: Decimal | None = _LIST["usd_per_image"].get(model)
        return None if per_image is None else per_image * images
    price = _USD_PER_TOKEN.get(model)
    if price is None:
        return None
    sent, generated = price
    return sent * usage.tokens_input + generated * usage.tokens_output


def _as_kept(**call: Any) -> Decimal | None:
    exact = _exact(**call)
    return None if exact is None else exact.quantize(_KEPT_TO, ROUND_HALF_EVEN)


def _oracle(answer: Callable[..., Decimal | None]) -> Oracle:
    return Oracle(
        name="provider prices",
        reason=_LIST["kept"]["reason"],
        owner=_LIST["kept"]["by"],
        expires=_LIST["kept"]["explains_until"],
        answer=answer,
        # The migration changes no price of a provider.
        recorded_legacy=answer,
        version=version_of(_FILE.read_bytes()),
    )


provider_prices = _oracle(_exact)
kept_provider_prices = _oracle(_as_kept)
