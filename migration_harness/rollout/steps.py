"""The steps of a rollout: how many accounts, for how long, on how many comparisons. Rules alone."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from migration_harness.exceptions import InvalidChange
from migration_harness.wording import percent

EVERYBODY_BPS: Final = 10_000
"""The share of the last step: all accounts, but those who are excluded by name."""
MOST_SOAK_SECONDS: Final = 366 * 86_400
MOST_COMPARISONS: Final = 10**9
"""More than any step is worth; what is said wrongly is often far above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step before it is taken.

    Attributes:
        share_bps: Share of all accounts, in basis points.
        soak_seconds: How long it has to be watched before the next one.
        sample: How many comparisons it needs before the next one.
        by_two: Another person has to approve before it is taken.
    """

    share_bps: int
    soak_seconds: int
    sample: int
    by_two: bool = False


def steps_of(
    *, shares_bps: Sequence[int], soak_seconds: int, sample: int, approve_before_bps: Iterable[int] = ()
) -> tuple[PlannedStep, ...]:
    """Return the steps of a rollout. Raises InvalidChange for what is no way from fewer accounts to more.

    A step without a soak is refused: one that is over as it begins would lead to everybody within minutes.
    """
    approved = set(approve_before_bps)
    if not shares_bps:
        raise InvalidChange("A rollout needs a step: --steps 1,5,25,50,100.")
    if not all(0 < share <= EVERYBODY_BPS for share in shares_bps):
        raise InvalidChange("A step is a share above 0 and up to 100 %.")
    if any(later <= earlier for earlier, later in pairwise(shares_bps)):
        raise InvalidChange(f"Each step has to be larger than the one before: {listed(shares_bps)} is not.")
    if soak_seconds < 1:
        raise InvalidChange("A step needs a soak: without one a rollout would reach everybody within minutes.")
    if soak_seconds > MOST_SOAK_SECONDS:
        raise InvalidChange("A soak of more than a year is no soak: no step would ever be proven.")
    if not 0 <= sample <= MOST_COMPARISONS:
        raise InvalidChange(f"A sample is a number of comparisons, up to {MOST_COMPARISONS:,}, not {sample:,}.")
    if unknown := sorted(approved - set(shares_bps)):
        raise InvalidChange(f"{listed(unknown)} is none of the steps {listed(shares_bps)}.")
    return tuple(
        PlannedStep(share_bps=share, soak_seconds=soak_seconds, sample=sample, by_two=share in approved)
        for share in shares_bps
    )


def shares_of(text: str) -> tuple[int, ...]:
    """Return the shares that a person has written, as ``1,5,25,50,100``, in basis points. Raises InvalidChange."""
    return tuple(share_of(each) for each in text.split(","))


def share_of(text: str) -> int:
    """Return a share in percent, with up to two decimals, in basis points. Raises InvalidChange."""
    try:
        number = float(text.strip().removesuffix("%"))
        share = round(number * 100)
    except (ValueError, OverflowError):
        number, share = math.nan, 0
    if not math.isclose(share / 100, number):
        raise InvalidChange(f"{text.strip()!r} is no share: write percents with up to two decimals, as 1,5,25,50,100.")
    return share


def listed(shares_bps: Iterable[int]) -> str:
    """Return shares in words: ``1 %, 5 %``."""
    return ", ".join(percent(share) for share in shares_bps)
