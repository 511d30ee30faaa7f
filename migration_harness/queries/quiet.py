"""Whether some days went by without an error, and from when they count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from migration_harness.conf import day_seconds
from migration_harness.control.forward import MEMBER
from migration_harness.evidence.findings import Answer, Finding
from migration_harness.evidence.quiet import LoggedError, Told, of_quiet
from migration_harness.models import AuditEvent
from migration_harness.queries.errors import kept_errors, told

DAYS: Final = 7
_MOVING: Final = ("everyone", "stage", "share_bps")
_MOVES_NOBODY: Final = ("create flag", "align flag with plan", "roll back")
"""Actions whose events tell of the same fields."""
_NEWEST: Final = 100
_EARLIER: Final = 120
"""Seconds by which more is read than asked: the last report may be a minute old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quietness:
    """Some days: whether they were quiet, with one sentence, and the errors that were kept, the newest first."""

    answer: Answer
    sentence: str
    kept: Sequence[LoggedError]


def told_of_days(*, days: int, now: datetime) -> Told:
    """Return what is known of errors in the last ``days``."""
    # The days end with the last report, which is a little before now.
    return told(since=now - timedelta(seconds=days * day_seconds() + _EARLIER), now=now)


def quiet(*, days: int = DAYS, since: datetime | None = None, now: datetime, known: Told | None = None) -> Finding:
    """Tell whether the last ``days`` went by without an error of the log, and whether anybody would have told of one.

    All errors count, whoever logged them. Only what came after ``since`` counts: where that is fewer days ago it is not
    quiet yet. A day is as long as ``HARNESS["DAY_SECONDS"]`` says. ``known`` is what :func:`told_of_days` has returned.
    """
    said = told_of_days(days=days, now=now) if known is None else known
    return of_quiet(said, days=days, day_seconds=day_seconds(), since=since, now=now)


def quietness(*, days: int = DAYS, now: datetime) -> Quietness:
    """Return the errors of the last ``days``, and whether there would be a word of every one."""
    finding = quiet(days=days, now=now)
    kept = kept_errors(since=now - timedelta(seconds=days * day_seconds()))
    return Quietness(answer=finding.answer, sentence=finding.sentence, kept=kept)


def last_change(flags: Collection[str]) -> datetime | None:
    """Return when one of these flags was last changed otherwise than back; None where none ever was."""
    events = AuditEvent.objects.filter(subject__in=list(flags)).exclude(action__in=_MOVES_NOBODY).order_by("-id")
    # Most often the newest says it: a cursor is opened where a hundred do not.
    newest = chain(events[:_NEWEST], events[_NEWEST:].iterator(chunk_size=_NEWEST))
    return next((event.at for event in newest if _moves(event.after)), None)


def _moves(after: dict[str, Any]) -> bool:
    """Tell whether a change moves anybody; one that gives everyone the baseline goes back."""
    if after.get("everyone", True) is False:
        return False
    return any(field in _MOVING or field.startswith(MEMBER) for field in after)
