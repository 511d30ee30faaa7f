"""What the overview shows now: what needs a person, what was compared in the last hour, money, rollouts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from dashboards.charts import Chart, Series
from dashboards.labels import Label, Tone
from dashboards.numbers import Sums, sums_of
from dashboards.rollouts.labels import HOLDS, STATES
from dashboards.worth_saying import Line, lines
from migration_harness import queries
from migration_harness.queries import Minute, SeamStatus
from migration_harness.rollout.status import UnderWay, under_way
from migration_harness.rollout.tick import Hold

RIGHT: Final = Label(
    mark="✓",
    word="as it should be",
    tone=Tone.GOOD,
    meaning="They agree, or an explanation covers the difference.",
)
WRONG: Final = Label(mark="≠", word="unexplained", tone=Tone.BAD, meaning="They differ, and nothing explains it.")
_CREDITS: Final = "credits"
_REFRESHED_SECONDS: Final = 10
"""How often what depends on the time alone is shown anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutLine:
    """A rollout under way, and the one word for what it does."""

    found: UnderWay
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The live part of the page, as the database had it ``at`` this time.

    Attributes:
        pulse: What it was read at: asked for with it, nothing comes back until something has happened.
        lines: What needs a person, and what else is worth saying.
        hour: Comparisons of the last hour, by the minute.
        credits: Credits by both sides, of all that was compared and measured on both.
        credits_of_hour: The same of the last hour.
        compared: How many comparisons there are in all, the last one at ``last_at``.
    """

    at: datetime
    pulse: str
    lines: list[Line]
    hour: Chart
    credits: Sums | None
    credits_of_hour: Sums | None
    rollouts: list[RolloutLine]
    compared: int
    last_at: datetime | None

    @property
    def needing(self) -> list[Line]:
        """What needs a person."""
        return [each for each in self.lines if each.bad]

    @property
    def others(self) -> list[Line]:
        """What does not, and is worth saying."""
        return [each for each in self.lines if not each.bad]


def pulse_at(now: datetime) -> str:
    """Return a text that is another one when something has happened, and every few seconds."""
    return f"{queries.pulse()}-{int(now.timestamp()) // _REFRESHED_SECONDS}"


def read_now(*, now: datetime) -> Now:
    """Read the live part; the number of queries does not depend on what is found."""
    pulse = pulse_at(now)
    seams, minutes = queries.seam_statuses(), queries.minutes_of_hour(now)
    return Now(
        at=now,
        pulse=pulse,
        lines=lines(now=now),
        hour=_chart(minutes),
        credits=_credits(seams),
        credits_of_hour=_credits_of(minutes),
        rollouts=[_rollout(each) for each in under_way()],
        compared=sum(seam.comparisons for seam in seams),
        last_at=max((seam.last_at for seam in seams if seam.last_at), default=None),
    )


def _chart(minutes: Sequence[Minute]) -> Chart:
    return Chart(
        name="hour",
        title="Compared in the last hour",
        unit="a minute",
        over="Minute",
        labels=tuple(f"{each.at.astimezone(UTC):%H:%M}" for each in minutes),
        series=(
            Series(label=WRONG, values=tuple(each.wrong for each in minutes)),
            Series(label=RIGHT, values=tuple(each.right for each in minutes)),
        ),
        empty="Nothing was compared in the last hour.",
    )


def _credits(found: Sequence[SeamStatus]) -> Sums | None:
    measured = [each for each in found if each.measure == _CREDITS]
    control = sum((each.control_sum or Decimal(0) for each in measured), Decimal(0))
    candidate = sum((each.candidate_sum or Decimal(0) for each in measured), Decimal(0))
    one_sided = sum(each.one_sided for each in measured)
    return sums_of(_CREDITS, control, candidate, one_sided=one_sided) if any(e.comparisons for e in measured) else None


def _credits_of(minutes: Sequence[Minute]) -> Sums | None:
    control = sum((each.control for each in minutes), Decimal(0))
    candidate = sum((each.candidate for each in minutes), Decimal(0))
    return sums_of(_CREDITS, control, candidate) if control or candidate else None


def _rollout(found: UnderWay) -> RolloutLine:
    return RolloutLine(found=found, label=HOLDS[Hold(found.held)] if found.held else STATES[found.state])
