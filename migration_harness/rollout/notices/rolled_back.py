"""Tells of rollbacks without a person: each once, whatever became of the process that has rolled back.

Note [Found on the trail]: a rollback waits for nobody, so its notice is put down after its commit, and a process that
is killed in between has told nobody. But its event is on the trail, with the rollback's own commit. So the notice is
made of that event, and its key of the event's hash: whoever delivers notices looks for events that have none, and
however many put one down, one stays.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from django.db import IntegrityError
from django.db.models import Max, QuerySet

from migration_harness.authority.actors import HARNESS
from migration_harness.models import AuditEvent, Notice
from migration_harness.rollout.notices.outbox import NoticeKind, notice_of, put_down
from migration_harness.rollout.notices.receivers import receivers

GRACE_SECONDS: Final = 60
"""How long whoever has rolled back may take for it: their notice has the proof."""
_NEWEST: Final = 10_000
"""Events among which those without a notice are looked for: far more than come between two looks."""
_KEYS: Final = UUID("6f2f3f0e-6f0b-4d0e-9c43-2f6f6b1b5d5a")
_UNPROVEN: Final = "Nobody has told who obeys: python manage.py harness fleet."


def way_forward(flag: str) -> str:
    """Return the command that returns a flag to where it was."""
    return f"python manage.py harness flag {flag} --everyone unset"


def tell_at_once(*, flag: str, proof: str) -> None:
    """Tell of the newest rollback of a flag without a person, with its proof; raises what the database raises."""
    event = _events().filter(subject=flag).order_by("-id").first()
    if event is not None:
        _tell(event, proof)


def tell_what_was_not_told(*, now: datetime) -> None:
    """Tell of every rollback without a person of which nobody was told; safe to run twice, and at the same time."""
    found = {_key(event): event for event in _late(now)}
    told = set(Notice.objects.filter(key__in=found).values_list("key", flat=True))
    for key, event in found.items():
        if key not in told:
            _tell(event, _UNPROVEN)


def _late(now: datetime) -> Iterator[AuditEvent]:
    """Yield events that should have been told by now, and whose notice would not have been removed yet."""
    newest = AuditEvent.objects.aggregate(newest=Max("id"))["newest"] or 0
    since, until = now - timedelta(days=receivers().keep_days), now - timedelta(seconds=GRACE_SECONDS)
    events = _events().filter(id__gt=newest - _NEWEST, at__gt=since, at__lt=until).order_by("id")
    # What came along with another flag is told with that one.
    return (event for event in events if (event.evidence.get("because") or {}).get("flag") == event.subject)


def _events() -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(actor=HARNESS.name, action="roll back")


def _tell(event: AuditEvent, proof: str) -> None:
    flag = event.subject
    said = f"{flag} was rolled back: {event.reason} {proof} When it is understood, return with: {way_forward(flag)}"
    details = event.evidence.get("because") or {}
    notice = notice_of(kind=NoticeKind.ROLLED_BACK, subject=flag, sentence=said, details=details)
    notice.key = _key(event)
    try:
        put_down(notice)
    except IntegrityError:
        # Somebody else was first.
        return


def _key(event: AuditEvent) -> UUID:
    return uuid5(_KEYS, event.hash)
