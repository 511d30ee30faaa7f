"""What the overview says of other pages, each in a line, and only where there is something to say."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse

from migration_harness import queries
from migration_harness.money.trial_balance import trial_faults_open
from migration_harness.queries import Heard, NoticeBacklog
from migration_harness.rollout.status import rollouts_under_way
from migration_harness.wording import counted

LATE: Final = timedelta(minutes=10)
"""A notice arrives within seconds; what waits for longer does not arrive by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence and the page that it leads to. ``bad``: somebody has to look at it."""

    text: str
    address: str
    bad: bool = False


def lines(*, now: datetime, silent: Sequence[Heard]) -> list[Line]:
    """Return what is worth saying: what fell silent, rollouts, books that do not balance, what does not arrive."""
    return [*_silent(silent), *_rollouts(), *_trial_balance(), *_notices(queries.notice_backlogs(), now=now)]


def _silent(silent: Sequence[Heard]) -> Iterator[Line]:
    if count := len(silent):
        text = f"{counted(count, 'seam or stratum', 'seams and strata')} fell silent."
        yield Line(text=text, address=reverse("dashboards:evidence"), bad=True)


def _rollouts() -> Iterator[Line]:
    if count := rollouts_under_way():
        verb = "is" if count == 1 else "are"
        yield Line(text=f"{counted(count, 'rollout')} {verb} under way.", address=reverse("dashboards:rollouts"))


def _trial_balance() -> Iterator[Line]:
    if count := trial_faults_open():
        text = f"The books do not balance: {counted(count, 'break')}."
        yield Line(text=text, address=reverse("dashboards:trial-balance"), bad=True)


def _notices(backlogs: Iterable[NoticeBacklog], *, now: datetime) -> Iterator[Line]:
    late = [each for each in backlogs if each.given_up or (each.oldest_at and now - each.oldest_at > LATE)]
    if count := sum(each.given_up + each.waiting for each in late):
        text = f"What was told has not arrived: {counted(count, 'time')}."
        yield Line(text=text, address=reverse("dashboards:notices"), bad=True)
