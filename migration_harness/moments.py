"""Points in time as a person writes them: a date, a date with a time, or how long ago."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from migration_harness.exceptions import UnknownMoment

_UNITS: Final = {"min": "minutes", "h": "hours", "d": "days"}


def moment(text: str, *, now: datetime) -> datetime:
    """Return the time that ``text`` names, in UTC: ``30d`` ago, ``12h`` ago, ``45min`` ago, or an ISO date.

    A time without a zone is UTC. Raises UnknownMoment.
    """
    text = text.strip()
    try:
        if found := re.fullmatch(r"(\d{1,9})(min|h|d)", text):
            return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
        named = datetime.fromisoformat(text)
        return named.replace(tzinfo=UTC) if named.tzinfo is None else named.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnknownMoment(
            f"{text!r} is no time. Write how long ago (30d, 12h, 45min), or a date in UTC "
            "(2026-11-01, 2026-11-01T12:30)."
        ) from None
