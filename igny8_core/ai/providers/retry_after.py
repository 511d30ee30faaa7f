"""How long a provider asks to be left alone: seconds, milliseconds, or the moment at which it may be asked again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan
from typing import Final

_MILLISECONDS: Final = 1_000


def retry_after_seconds(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the pause that the headers of an answer ask for, never below 0; None where they ask for none.

    ``retry-after-ms`` is the finer one and comes first. A moment counts from the answer's own ``Date``, where it has
    one: another machine's clock need not agree with ours.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / _MILLISECONDS
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is not None:
        return seconds
    moment = _moment(text)
    if moment is None:
        return None
    return max(0.0, (moment - (_moment(headers.get("date", "")) or now)).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if isnan(number) else max(0.0, number)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
