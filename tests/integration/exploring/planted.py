"""Seams whose candidate has a mistake that traffic does not show: each is in one place, and can be taken back."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from migration_harness.seams.boundaries import Boundaries
from migration_harness.seams.seam import Seam
from tests.trial_flag import FLAG

TOKENS_PER_CREDIT = 1_000
TIERS = {"small": {"square": "basic", "wide": "basic"}, "large": {"square": "premium", "wide": "premium"}}


@dataclass
class State:
    """Whether the mistakes are there."""

    wrong: bool = True


state = State()


class Size(StrEnum):
    """Of an image."""

    SQUARE = "square"
    WIDE = "wide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of a call."""

    sent: int
    made: int

    def __post_init__(self):
        if self.sent < 0 or self.made < 0:
            raise ValueError("Tokens are never negative.")


def price(*, usage: Usage) -> int:
    return -(-(usage.sent + usage.made) // TOKENS_PER_CREDIT)


def price_with_a_rounding_fault(*, usage: Usage) -> int:
    total = usage.sent + usage.made
    at_a_multiple = state.wrong and total > 0 and total % 10_000 == 0
    return price(usage=usage) + int(at_a_multiple)


def tier(*, model: str, size: Size) -> str:
    return TIERS[model][size]


def tier_wrong_for_one(*, model: str, size: Size) -> str:
    if state.wrong and model == "large" and size is Size.WIDE:
        return "basic"
    return TIERS[model][size]


def refund(*, cents: int) -> Decimal:
    return Decimal(cents) / 100


def refund_with_a_minus(*, cents: int) -> Decimal:
    return (-Decimal(-cents) if not state.wrong else Decimal(-cents) * -1 if cents else Decimal("-0")) / 100


def share(*, tokens: int, tariff: Decimal) -> int:
    return 0 if tariff == 0 else int(tokens // tariff)


def share_that_overflows(*, tokens: int, tariff: Decimal) -> int:
    if not state.wrong:
        return share(tokens=tokens, tariff=tariff)
    # What somebody does who is afraid of dividing by zero.
    return int(tokens // tariff) if tariff else int((tokens + 1) / 5e-324)


def _seam(name, control, candidate, **options):
    return Seam(
        name=f"trial.{name}",
        flag=FLAG,
        control=control,
        candidate=candidate,
        subject=lambda **_: "1",
        **{"pure": True, **options},
    )


def rounding():
    Boundaries(
        seams=("trial.rounding",),
        values=lambda: {
            "usage.sent": [1, TOKENS_PER_CREDIT, 1_000_000],
            "usage.made": [0, TOKENS_PER_CREDIT, 1_000_000],
        },
    )
    return _seam("rounding", price, price_with_a_rounding_fault, measure="credits")


def tiers():
    Boundaries(seams=("trial.tiers",), values=lambda: {"model": list(TIERS)})
    return _seam("tiers", tier, tier_wrong_for_one, group_by=lambda *, model, **_: (model,))


def negative_zero():
    return _seam("minus", refund, refund_with_a_minus, measure="USD")


def overflow():
    Boundaries(
        seams=("trial.overflow",), values=lambda: {"tokens": [0, 150, 100_000], "tariff": [Decimal(0), 150, 300]}
    )
    return _seam("overflow", share, share_that_overflows, measure="credits")


def noted(seen):
    """Have every input noted that the candidate is given."""

    def noting(*, usage: Usage) -> int:
        seen.append(usage)
        return price(usage=usage)

    Boundaries(seams=("trial.noted",), values=lambda: {"usage.sent": [1, 1_000_000], "usage.made": [0, 1_000_000]})
    return _seam("noted", price, noting)


def bonus(*, code: str, years: int) -> int:
    return 0


def bonus_with_a_branch(*, code: str, years: int) -> int:
    if code == "gold":
        if years > 5:
            if years > 12:
                return 1
            return 0
        return 0
    return 0


def deep():
    Boundaries(seams=("trial.deep",), values=lambda: {"code": ["none", "silver", "gold"], "years": [0, 100]})
    return _seam("deep", bonus, bonus_with_a_branch)


def impure():
    return _seam("impure", price, price, pure=False)
