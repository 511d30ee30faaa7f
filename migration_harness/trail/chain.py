"""How an audit event is hashed, now and by earlier revisions.

What is hashed is what the database gives back, with its time in UTC: no setting and no library decides how a time or a
number is written. Earlier revisions wrote the time as Django handed it out. That is the same where a project keeps
``USE_TZ`` and UTC; else it was local, with its offset from UTC or without. Such an event fits where one of these forms
does. The zone is not asked for: the settings may be others by now.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from django.utils.timezone import get_default_timezone

from migration_harness.trail.hashing import FIELDS, hash_of_content

if TYPE_CHECKING:
    from migration_harness.models import AuditEvent

_QUARTER_HOURS: Final = range(-12 * 4, 14 * 4 + 1)
"""The offsets from UTC that the world has its clocks at."""


def hash_at(moment: str, event: "AuditEvent") -> str:
    """Return the hash of an event with its time in this form."""
    return hash_of_content(moment, {name: getattr(event, name) for name in FIELDS})


def in_utc(at: datetime) -> datetime:
    """Return a time in UTC; one without a zone is of the project's."""
    return (at if at.tzinfo else at.replace(tzinfo=get_default_timezone())).astimezone(UTC)


def earlier_moments(at: datetime) -> Iterator[str]:
    """Return the forms in which an earlier revision may have hashed a time in UTC."""
    for quarters in _QUARTER_HOURS:
        local = at.astimezone(timezone(timedelta(minutes=15 * quarters)))
        yield local.replace(tzinfo=None).isoformat()
        if quarters:
            yield local.isoformat()
