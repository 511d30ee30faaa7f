"""Whether some days went by without an error, and whether anybody would have told of one.

No error is only good news of a time in which each of them would have been kept. So a hole is unknown, however quiet the
rest; and an error is one, however little else is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from migration_harness.evidence.findings import Answer, Finding
from migration_harness.wording import age, counted

FRESH: Final = timedelta(seconds=60)
"""How long ago the last report may be: every process reports three times as often."""
RESTARTS: Final = 288
"""A hole counts where it is longer than this part of a day, five minutes: a service that is restarted is no hole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From ``start`` up to ``end``."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedError:
    """An error of one day: how often it came that day, when first and when last; ``sample`` leads to the last one."""

    event: str
    logger: str
    times: int
    first_at: datetime
    last_at: datetime
    level: str = "error"
    sample: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """A process that is gone, and has never written what it had seen since it wrote last."""

    process: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that is known of a time.

    Attributes:
        errors: The errors that were kept.
        covered: When some process had written all that it had seen; in order, and none touches another.
        lost: Periods in which errors came that could not be kept.
        vanished: Processes of which nobody knows what they had seen.
    """

    errors: Sequence[LoggedError] = ()
    covered: Sequence[Period] = ()
    lost: Sequence[Period] = ()
    vanished: Sequence[Vanished] = ()


def of_quiet(told: Told, *, days: int, day_seconds: int, since: datetime | None, now: datetime) -> Finding:
    """Tell whether the last ``days`` were quiet; only what came after ``since`` counts.

    The days end with the last report. One of ``day_seconds`` is as long as that, whatever a calendar says.
    """
    day = timedelta(seconds=day_seconds)
    end = min(now, told.covered[-1].end) if told.covered else now
    full = end - days * day
    start = full if since is None else max(full, since)
    return (
        _error(told, start)
        or _unreported(told, now=now, end=end)
        or _lost(told, start)
        or _hole(told, start=start, end=end, most=day / RESTARTS)
        or _so_far(days=days, day=day, start=start, full=full, end=end)
    )


def _error(told: Told, start: datetime) -> Finding | None:
    """Return what is said of errors: the first that came, and how many more."""
    found = sorted((each for each in told.errors if each.last_at >= start), key=lambda each: max(each.first_at, start))
    if not found:
        return None
    first, *others = found
    name = f"{first.event} ({first.logger})" if first.logger else first.event
    if first.times == 1:
        came = f"came at {at(first.last_at)}"
    elif first.first_at >= start:
        came = f"came {first.times:,} times from {at(first.first_at)} to {at(first.last_at)}"
    else:
        came = f"came {first.times:,} times that day, the last time at {at(first.last_at)}"
    more = f" ({counted(len(others), 'other error')} since)" if others else ""
    return Finding(answer=Answer.CLOSED, sentence=f"{name} {came}{more}.")


def _unreported(told: Told, *, now: datetime, end: datetime) -> Finding | None:
    if not told.covered:
        return _unknown("No process has told of its errors in this time, so nobody knows whether there were any.")
    if now - end > FRESH:
        return _unknown(f"No process has told of its errors since {at(end)}, so nobody knows whether there were any.")
    return None


def _lost(told: Told, start: datetime) -> Finding | None:
    """Return what is said where some errors are known to be missing, or may be."""
    lost = [each for each in told.lost if each.end > start]
    if lost:
        return _unknown(f"Between {between(lost[-1])} errors came that could not be kept.")
    vanished = [each for each in told.vanished if each.at + FRESH > start]
    if not vanished:
        return None
    last = max(vanished, key=lambda each: each.at)
    more = f" ({len(vanished) - 1:,} more vanished)" if len(vanished) > 1 else ""
    return _unknown(
        f"{last.process} vanished after {at(last.at)} without having written what it had seen{more}, so nobody knows "
        "whether there were errors."
    )


def _hole(told: Told, *, start: datetime, end: datetime, most: timedelta) -> Finding | None:
    found = [each for each in holes(told.covered, start, end) if each.end - each.start > most]
    if not found:
        return None
    more = f" (and in {counted(len(found) - 1, 'other period')})" if len(found) > 1 else ""
    return _unknown(
        f"Between {between(found[-1])}{more} no process told of its errors, so nobody knows whether there were any."
    )


def holes(covered: Sequence[Period], start: datetime, end: datetime) -> list[Period]:
    """Return what lies between the covered periods."""
    found, known = [], start
    for each in covered:
        if each.start > known:
            found.append(Period(start=known, end=min(each.start, end)))
        known = max(known, each.end)
    return [each for each in found if each.end > each.start]


def _so_far(*, days: int, day: timedelta, start: datetime, full: datetime, end: datetime) -> Finding:
    if start > full:
        quiet = max(timedelta(0), end - start) / day
        return Finding(
            answer=Answer.CLOSED,
            sentence=f"Quiet for {int(quiet * 10) / 10:g} of {counted(days, 'day')} since {at(start)}.",
        )
    of_days = "" if day == timedelta(days=1) else f" of {age(day.total_seconds())} each"
    return Finding(
        answer=Answer.OPEN, sentence=f"No error in {counted(days, 'day')}{of_days}, and data for all of that time."
    )


def _unknown(sentence: str) -> Finding:
    return Finding(answer=Answer.UNKNOWN, sentence=sentence)


def between(period: Period) -> str:
    """Return from when until when, for people."""
    return f"{at(period.start)} and {at(period.end)}"


def at(moment: datetime) -> str:
    """Return a moment, for people."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
