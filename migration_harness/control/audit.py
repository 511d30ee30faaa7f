"""The audit trail: append-only, chained by hash."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from migration_harness.exceptions import AuditTampered
from migration_harness.models import AuditEvent

GENESIS: Final = "0" * 64
_LOCK: Final = 0x6861_6175
"""Advisory lock of the chain's head; the last one in the lock order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be recorded. ``before`` and ``after`` hold the fields that changed."""

    actor: str
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    evidence: dict[str, Any]


def append(entry: Entry, *, now: datetime) -> AuditEvent:
    """Append an event. Call it last in the transaction of what it records: it locks the chain's head."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditEvent.objects.order_by("-id").first()
    event = AuditEvent(
        at=now,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        before=entry.before,
        after=entry.after,
        reason=entry.reason,
        evidence=entry.evidence,
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = hash_of(event)
    event.save(force_insert=True)
    return event


def hash_of(event: AuditEvent) -> str:
    """Return the hash that an event must carry: of its content and of the hash before it."""
    content = [
        event.at.isoformat(), event.actor, event.action, event.subject, event.before, event.after,
        event.reason, event.evidence, event.previous_hash,
    ]  # fmt: skip
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def verify() -> int:
    """Return the number of events of the unbroken chain; raises AuditTampered with the first wrong one."""
    previous, count = GENESIS, 0
    for event in AuditEvent.objects.order_by("id").iterator():
        if event.previous_hash != previous or event.hash != hash_of(event):
            raise AuditTampered(
                f"Audit event {event.pk} ({event.at:%Y-%m-%d %H:%M:%S} UTC, {event.action} {event.subject}) "
                "does not fit the chain: it, or the one before it, was changed or removed. "
                "Compare with a backup."
            )
        previous, count = event.hash, count + 1
    return count


def fields_of(row: Model, names: tuple[str, ...]) -> dict[str, Any]:
    """Return some fields of a row, for ``before`` and ``after``."""
    return {name: getattr(row, name) for name in names}
