"""What of an answer enters a sum: an exact, finite number that the log's columns hold as it is, and nothing else.

=======================================  ==================================================
int, and classes of it; Decimal, too     is a measure
an integer of another library            is one, by its ``__index__`` (numpy's are)
bool                                     is none: a truth value is no amount
float, complex                           is none: it is not exact
Fraction, text, anything else            is none
NaN, a signalling NaN, infinity          is none: one of them spoils every sum
more digits than the columns have        is none: nothing is rounded
=======================================  ==================================================

An enum of numbers is a number, as an IntEnum says of itself.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

MAX_DECIMALS: Final = 12
"""Digits after the point. The columns are ``numeric(30, 12)``."""
MAX_WHOLE: Final = 10**18
"""Where the digits before the point end."""
Measure = int | Decimal


class Unmeasurable(StrEnum):
    """Why a value is no measure. Counted, so that a sum is never silently short of something."""

    NOT_EXACT = "not exact"
    """It is a float: its digits are not those that were meant."""
    NOT_A_NUMBER = "not a number"
    """It is of another class, or a truth value."""
    NOT_FINITE = "not finite"
    """It is NaN or infinite."""
    TOO_LARGE = "too large"
    """It has more than 18 digits before the point."""
    TOO_FINE = "too fine"
    """It has more than 12 digits after the point."""
    NOT_READ = "not read"
    """It is an object that could not be asked."""


def measure_of(value: Any) -> Measure | None:
    """Return the value as an int or Decimal that can be summed and stored exactly, None where it is no measure.

    Never raises. What comes back is of ``int`` or ``Decimal`` itself and not of a class of the host.
    """
    # The hot path, written out: nearly every price is one of these.
    if type(value) is int and -MAX_WHOLE < value < MAX_WHOLE:
        return value
    found = measured(value)
    return None if isinstance(found, Unmeasurable) else found


def measured(value: Any) -> Measure | Unmeasurable:
    """Return the measure, or why there is none. Never raises."""
    try:
        return _measured(value)
    except Exception:  # noqa: BLE001  It is an object of the host, which may do anything when it is read.
        return Unmeasurable.NOT_READ


def _measured(value: Any) -> Measure | Unmeasurable:
    # By its class: isinstance would ask the value for its __class__, which may be anything.
    kind = type(value)
    if issubclass(kind, bool):
        return Unmeasurable.NOT_A_NUMBER
    if issubclass(kind, int):
        return _whole(int.__add__(value, 0))
    if issubclass(kind, Decimal):
        return _fine(Decimal(value))
    if issubclass(kind, float | complex):
        return Unmeasurable.NOT_EXACT
    if hasattr(kind, "__index__") and not hasattr(kind, "__len__"):
        return _whole(int.__add__(kind.__index__(value), 0))
    return Unmeasurable.NOT_EXACT if hasattr(kind, "__float__") else Unmeasurable.NOT_A_NUMBER


def _whole(number: int) -> Measure | Unmeasurable:
    return number if -MAX_WHOLE < number < MAX_WHOLE else Unmeasurable.TOO_LARGE


def _fine(number: Decimal) -> Measure | Unmeasurable:
    sign, digits, exponent = number.as_tuple()
    if isinstance(exponent, str):
        return Unmeasurable.NOT_FINITE
    if not number:
        return Decimal(0)
    if number.adjusted() >= len(str(MAX_WHOLE)) - 1:
        return Unmeasurable.TOO_LARGE
    if exponent >= -MAX_DECIMALS:
        return number
    # Zeros at the end are no digits: the same number with fewer of them is still exact.
    surplus = -MAX_DECIMALS - exponent
    if any(digits[-surplus:]) or surplus >= len(digits):
        return Unmeasurable.TOO_FINE
    return Decimal((sign, digits[:-surplus], -MAX_DECIMALS))
