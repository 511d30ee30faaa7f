"""The price of a recorded call on both sides of the seams: each distinct call is asked for once.

Note [Who asks]: a forecast asks the sides themselves and not the seam, which would answer by the account's stage
and compare. No price depends on the account; the sides take one because the seams' callers have one.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from igny8_core.ai.exceptions import ModelError
from igny8_core.ai.seams import cost_usd
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.legacy.tariffs import tariffs
from igny8_core.business.billing.models import BillingConfiguration, OperationType
from igny8_core.business.billing.seams import credit_cost, image_cost
from igny8_core.business.billing.usage import Usage
from migration_harness.api import Money, Seam

IMAGE: Final = OperationType.IMAGE_GENERATION.value
_ANYBODY: Final = Account()
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What calls of one operation on one model share on one side; their number and tokens may differ.

    ``problem`` is a sentence where they have no price.
    """

    price_per_credit_usd: Decimal
    usd_per_image: Decimal = Decimal(0)
    usd_per_1m_in: Decimal = Decimal(0)
    usd_per_1m_out: Decimal = Decimal(0)
    problem: str = ""

    def money(self, *, credits: int, calls: int, tokens_input: int, tokens_output: int) -> Money:  # noqa: A002  The domain's word.
        """Return what calls of this kind bring and cost: the provider's cost is linear in what was used."""
        tokens = tokens_input * self.usd_per_1m_in + tokens_output * self.usd_per_1m_out
        return Money(
            credits=credits,
            revenue_usd=credits * self.price_per_credit_usd,
            cost_usd=calls * self.usd_per_image + tokens / _MILLION,
        )


class Prices:
    """What one side asks: the control, or where a flag is among ``flags`` the candidate of its seams."""

    def __init__(self, flags: frozenset[str]) -> None:
        self._text = side_of(credit_cost, flags)
        self._image = side_of(image_cost, flags)
        self._cost = side_of(cost_usd, flags)
        self._by_candidate = credit_cost.flag in flags
        self.kind = cache(self._kind)

    def credits(self, *, operation: str, model: str, tokens: int) -> int:
        """Return the credits of one call; raises CreditCalculationError. No price tells tokens in from tokens out."""
        if operation == IMAGE:
            found: int = self._image(account=_ANYBODY, model=model, images=1)
        else:
            usage = Usage(tokens_input=tokens, tokens_output=0)
            found = self._text(account=_ANYBODY, operation=operation, model=model, usage=usage)
        return found

    def _kind(self, operation: str, model: str) -> Kind:
        try:
            return self._priced(operation, model)
        except ModelError as error:
            return Kind(price_per_credit_usd=Decimal(0), problem=f"The provider's cost is not known. {error}")

    def _price_per_credit(self, operation: str) -> Decimal:
        if not self._by_candidate:
            return tariffs.current().of(operation).price_per_credit_usd
        return (BillingConfiguration.objects.filter(pk=1).first() or BillingConfiguration()).default_credit_price_usd

    def _priced(self, operation: str, model: str) -> Kind:
        price = self._price_per_credit(operation)
        if operation == IMAGE:
            per_image = self._cost(account=_ANYBODY, model=model, images=1)
            return Kind(price_per_credit_usd=price, usd_per_image=per_image)
        sent, generated = Usage(tokens_input=_MILLION, tokens_output=0), Usage(tokens_input=0, tokens_output=_MILLION)
        return Kind(
            price_per_credit_usd=price,
            usd_per_1m_in=self._cost(account=_ANYBODY, model=model, usage=sent),
            usd_per_1m_out=self._cost(account=_ANYBODY, model=model, usage=generated),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPrice:
    """The credits of one call; None and a sentence where it has no price."""

    credits: int | None
    problem: str = ""


def price_of(prices: Prices, *, operation: str, model: str, tokens: int) -> CallPrice:
    """Return the price of one call by one side."""
    if problem := prices.kind(operation, model).problem:
        return CallPrice(credits=_or_none(prices, operation, model, tokens), problem=problem)
    try:
        return CallPrice(credits=prices.credits(operation=operation, model=model, tokens=tokens))
    except CreditCalculationError as error:
        return CallPrice(credits=None, problem=str(error))


def side_of(seam: Seam[..., Any], flags: frozenset[str]) -> Any:
    """Return the side of a seam that answers where the account is in the cohort of these flags."""
    return seam.candidate if seam.flag in flags else seam.control


def _or_none(prices: Prices, operation: str, model: str, tokens: int) -> int | None:
    try:
        return prices.credits(operation=operation, model=model, tokens=tokens)
    except CreditCalculationError:
        return None
