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


def lines(*, now: datetime) -> list[Line]:
    """Return what is worth saying of other pages, what needs a person first; as many queries whatever there is."""
    found = [
        *_discrepancies(),
        *_silent(queries.silent(queries.heard(now=now))),
        *_approvals(now=now),
        *_trial_balance(),
        *_stores(),
        *_notices(queries.notice_backlogs(), now=now),
        *_comparing(),
        *_flags(),
        *_rollouts(),
    ]
    return sorted(found, key=lambda line: not line.bad)


def _discrepancies() -> Iterator[Line]:
    waiting = queries.waiting_discrepancies()
    if waiting:
        told = counted(len(waiting), "discrepancy needs", "discrepancies need")
        text = f"{told} a review: {counted(sum(each.count for each in waiting), 'call')}."
        yield Line(text=text, address=reverse("dashboards:discrepancies"), bad=True)
    if broken := queries.unlawful(waiting):
        text = f"{counted(len(broken), 'law of operations is', 'laws of operations are')} broken."
        yield Line(text=text, address=reverse("dashboards:discrepancies"), bad=True)


def _silent(silent: Sequence[Heard]) -> Iterator[Line]:
    if count := len(silent):
        text = f"{counted(count, 'seam or stratum', 'seams and strata')} fell silent."
        yield Line(text=text, address=reverse("dashboards:evidence"), bad=True)


def _approvals(*, now: datetime) -> Iterator[Line]:
    address = reverse("dashboards:approvals")
    if count := len(queries.not_countersigned()):
        text = f"{counted(count, 'override is', 'overrides are')} not countersigned."
        yield Line(text=text, address=address, bad=True)
    if count := len(queries.approvals_awaited(now=now)):
        yield Line(text=f"{counted(count, 'approval is', 'approvals are')} awaited.", address=address, bad=True)
    if count := len(queries.explanations(state="proposed")):
        text = f"{counted(count, 'explanation waits', 'explanations wait')} for approval."
        yield Line(text=text, address=reverse("dashboards:explanations"), bad=True)


def _stores() -> Iterator[Line]:
    if count := queries.open_drift(queries.drift_statuses()):
        text = f"{counted(count, 'write has', 'writes have')} reached one store only."
        yield Line(text=text, address=f"{reverse('dashboards:seams')}#drift", bad=True)


def _comparing() -> Iterator[Line]:
    address = reverse("dashboards:seams")
    if breakers := queries.open_breakers():
        told = counted(len(breakers), "seam is", "seams are")
        yield Line(text=f"{told} not compared for now: {', '.join(breakers)}.", address=address, bad=True)
    if dropped := sum(queries.dropped_comparisons().values()):
        yield Line(text=f"{counted(dropped, 'match was', 'matches were')} dropped by full buffers.", address=address)


def _flags() -> Iterator[Line]:
    for flag in queries.flag_statuses():
        if flag.everyone is False:
            yield Line(text=f"{flag.name} is rolled back.", address=reverse("dashboards:flag", args=[flag.name]))


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
