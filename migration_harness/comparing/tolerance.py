"""How far two numbers may be apart and count as the same."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal
from typing import Any, Final

from migration_harness.exceptions import HarnessMisconfigured

_MAX_BITS: Final = 1_024
_PRECISION: Final = 60
# Rounded so that a doubt is a difference; no trap, because an endless or absurd number is no error here.
_UP: Final = Context(prec=_PRECISION, rounding=ROUND_UP, traps=[])
_DOWN: Final = Context(prec=_PRECISION, rounding=ROUND_DOWN, traps=[])


@dataclass(frozen=True, slots=True)
class Relative:
    """A tolerance as a share of the larger of both numbers: ``Relative(Decimal("0.001"))`` is a thousandth of it."""

    share: Decimal


Tolerance = Decimal | Relative
"""Absolute, in the unit of the numbers themselves, or relative."""


def is_number(value: Any) -> bool:
    """Tell whether a tolerance may hold for the value: a truth value is no number."""
    kind = type(value)
    return issubclass(kind, int | float | Decimal) and not issubclass(kind, bool)


def is_nan(value: Any) -> bool:
    """Tell whether the value is a float or Decimal that is no number, of either kind."""
    kind = type(value)
    if issubclass(kind, Decimal):
        return bool(value.is_nan())
    return issubclass(kind, float) and float.__ne__(value, value)


def within(tolerance: Tolerance, control: Any, candidate: Any) -> bool:
    """Tell whether two numbers are no further apart than ``tolerance``; False for anything but finite numbers.

    Absolute: ``|control - candidate| <= tolerance``. Relative: ``<= share × max(|control|, |candidate|)``.
    """
    left, right = _exact(control), _exact(candidate)
    if left is None or right is None:
        return False
    apart = _UP.abs(_UP.subtract(left, right))
    if isinstance(tolerance, Decimal):
        return apart <= tolerance
    return apart <= _DOWN.multiply(tolerance.share, max(left.copy_abs(), right.copy_abs()))


def _exact(value: Any) -> Decimal | None:
    """Return a finite number of a sensible size exactly, None for anything else."""
    if not is_number(value) or (isinstance(value, int) and value.bit_length() > _MAX_BITS):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def checked_tolerance(tolerance: object, *, path: str) -> Tolerance:
    """Return a tolerance that can be used; raises HarnessMisconfigured."""
    number = tolerance.share if isinstance(tolerance, Relative) else tolerance
    if not isinstance(number, Decimal) or not number.is_finite() or number < 0:
        raise HarnessMisconfigured(
            f'The tolerance of {path!r} is {tolerance!r}: write Decimal("0.01") for an absolute one, '
            'Relative(Decimal("0.001")) for a relative one.'
        )
    return Relative(number) if isinstance(tolerance, Relative) else number
