"""Exact numbers as people read them, and pairs of sums."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MINUS: Final = "−"
NONE: Final = "–"
_FINE_PERCENT: Final = Decimal("0.1")
"""Below it one decimal would read as nothing at all."""


def number(value: Decimal | int | None) -> str:
    """Return an exact number with thousands separators, without an exponent or trailing zeros; a dash for none."""
    if value is None:
        return NONE
    return _plain(f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}")


def signed(value: Decimal | int | None) -> str:
    """Return a number with its sign; zero has none."""
    if value is None:
        return NONE
    if not value:
        return "0"
    return _plain(f"{value:+,f}" if isinstance(value, Decimal) else f"{value:+,}")


def _plain(text: str) -> str:
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What both sides make of the same calls, in the seam's ``unit``.

    ``one_sided`` of the calls have a measure on one side only, for example where the other side raised.
    A side without any measure has no sum, and then there is nothing to compare.
    """

    unit: str
    control: Decimal | None
    candidate: Decimal | None
    one_sided: int = 0

    @property
    def difference(self) -> Decimal | None:
        """How much more the candidate makes of them."""
        if self.control is None or self.candidate is None:
            return None
        return self.candidate - self.control

    @property
    def change(self) -> str:
        """The difference in percent of the control, in words where there is no such number."""
        if self.difference is None:
            return NONE
        if not self.difference:
            return "unchanged"
        if not self.control:
            return "from nothing"
        percentage = 100 * self.difference / self.control
        digits = "+,.1f" if abs(percentage) >= _FINE_PERCENT else "+.2g"
        return f"{percentage:{digits}} %".replace("-", MINUS)


def sums_of(unit: str | None, control: Decimal | None, candidate: Decimal | None, *, one_sided: int = 0) -> Sums | None:
    """Return both sums, None where nothing was measured."""
    if unit is None or (control is None and candidate is None):
        return None
    return Sums(unit=unit, control=control, candidate=candidate, one_sided=one_sided)
