"""What every guard is: a name, and one method that reads what it watches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Reading(StrEnum):
    """What a guard says."""

    HOLDS = "holds"
    """What it watches is as it should be."""
    BROKEN = "broken"
    """It is not: a rollout rolls back, unless the guard is dry."""
    NO_DATA = "no_data"
    """There is too little to say it by: a rollout holds, and is never moved on by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenStep:
    """A step that was taken: the share it was taken with, the flag's epoch of that, and when it began."""

    share_bps: int
    epoch: int
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a guard is asked about.

    Attributes:
        flag: The flag that is rolled out.
        since: When the step that is running began; data from before says nothing about it.
        now: The time by which it is asked.
        steps: The steps up to that one, so that it is known since when an account is in the cohort.
    """

    flag: str
    since: datetime
    now: datetime
    steps: tuple[TakenStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardAnswer:
    """What a guard found, with one sentence for people and the numbers behind it, as text, by name."""

    guard: str
    reading: Reading
    sentence: str
    numbers: Mapping[str, str] = field(default_factory=dict)


class Guard(Protocol):
    """One thing that is watched while a rollout runs."""

    @property
    def name(self) -> str:
        """As plan, commands and pages call it."""

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether what it watches holds. It only reads, and raises nothing of its own."""
