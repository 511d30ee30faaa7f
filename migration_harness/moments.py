"""Points in time and spans of it, as a person writes them: a date, with a time or without, or so long."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from migration_harness.exceptions import UnknownMoment

_UNITS: Final = {"min": "minutes", "h": "hours", "d": "days"}
_SPAN: Final = re.compile(r"(\d{1,9})(min|h|d)")


def moment(text: str, *, now: datetime) -> datetime:
    """Return the time that ``text`` names, in UTC: ``30d`` ago, ``12h`` ago, ``45min`` ago, or an ISO date.

    A time without a zone is UTC. Raises UnknownMoment.
    """
    text = text.strip()
    try:
        if found := _SPAN.fullmatch(text):
            return now - _timedelta(found)
        named = datetime.fromisoformat(text)
        return named.replace(tzinfo=UTC) if named.tzinfo is None else named.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnknownMoment(
            f"{text!r} is no time. Write how long ago (30d, 12h, 45min), or a date in UTC "
            "(2026-11-01, 2026-11-01T12:30)."
        ) from None


def span(text: str) -> timedelta:
    """Return how long ``text`` says: ``1d``, ``12h``, ``45min``. Raises UnknownMoment."""
    try:
        if found := _SPAN.fullmatch(text.strip()):
            return _timedelta(found)
    except OverflowError:
        pass
    raise UnknownMoment(f"{text!r} is no time. Write how long: 1d, 12h, 45min.")


def _timedelta(found: re.Match[str]) -> timedelta:
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
