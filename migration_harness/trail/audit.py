"""The audit trail: append-only, chained by hash (see :mod:`migration_harness.trail.chain` and ``trail_check``)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.db.models import Model

from migration_harness.database import connection, transaction
from migration_harness.exceptions import TransactionTooStrict
from migration_harness.isolation import STRICTER
from migration_harness.log.literals import keepable
from migration_harness.models import AuditEvent, AuditHead
from migration_harness.trail.aside import tell_aside
from migration_harness.trail.chain import hash_at, in_utc
from migration_harness.trail.check import Verified, check, check_onwards
from migration_harness.trail.hashing import GENESIS
from migration_harness.trail.publishing import Head

_LOCK: Final = 0x6861_6175
"""Advisory lock of the chain's head; the last one in the lock order."""

_ACTOR_CHARACTERS: Final = 150
_SEEN_FREE: Final = "SELECT pg_advisory_xact_lock(%s), to_regclass('migration_harness_audithead') IS NOT NULL"
_LOCKED: Final = """
SELECT pg_advisory_xact_lock(%s), current_setting('transaction_isolation'),
       to_regclass('migration_harness_audithead') IS NOT NULL, %s::jsonb::text, %s::jsonb::text, %s::jsonb::text
"""


log = structlog.get_logger("harness")


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
    """Append an event. Call it last in the transaction of what it records: it locks the chain's head.

    What is hashed is what the database will give back. When it has committed, the event is logged with its hash.
    Raises TransactionTooStrict; then whatever was changed with it is rolled back.
    """
    keeps_head, before, after, evidence = _locked(entry.before, entry.after, entry.evidence)
    last = AuditEvent.objects.order_by("-id").first()
    event = AuditEvent(
        at=in_utc(now),
        actor=actor_kept(entry.actor),
        action=str(entry.action),
        subject=str(entry.subject),
        before=before,
        after=after,
        reason=keepable(str(entry.reason)),
        evidence=evidence,
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = hash_of(event)
    # Without a signal: no receiver of the host's can stop what is recorded.
    AuditEvent.objects.bulk_create([event])
    if keeps_head:
        kept = AuditHead(id=1, hash=event.hash)
        AuditHead.objects.bulk_create([kept], update_conflicts=True, unique_fields=["id"], update_fields=["hash"])
    transaction.on_commit(lambda: tell_aside(lambda: _publish(event)))
    return event


def wait_until_free() -> None:
    """Wait until nobody writes to the trail or changes its table; then an event can be appended without waiting.

    Others may append meanwhile, but not lock the table.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE migration_harness_auditevent IN ROW EXCLUSIVE MODE")
        cursor.execute("SAVEPOINT harness_trail")
        cursor.execute(_SEEN_FREE, [_LOCK])
        (keeps_head,) = cursor.fetchone()[1:]
        if keeps_head:
            cursor.execute("SELECT hash FROM migration_harness_audithead FOR NO KEY UPDATE")
        cursor.execute("ROLLBACK TO SAVEPOINT harness_trail")
        cursor.execute("RELEASE SAVEPOINT harness_trail")


def actor_kept(actor: object) -> str:
    """Return who did it as the trail keeps it."""
    kept: str = keepable(str(actor))
    return kept[:_ACTOR_CHARACTERS]


def hash_of(event: AuditEvent) -> str:
    """Return the hash that an event must carry: of its content and of the hash before it."""
    return hash_at(in_utc(event.at).isoformat(), event)


def verify() -> int:
    """Return the number of events of the unbroken chain; raises AuditTampered with what is wrong."""
    return verified().events


def verified(*, head: str = "", published: Sequence[Head] = ()) -> Verified:
    """Return what is to be said of the trail; raises AuditTampered where it is not what was written.

    ``head`` is the hash of an event that was logged, and ``published`` are heads that were: the trail must still have
    all of them.
    """
    return check(head=head, hash_of=hash_of, published=published)


def verified_onwards() -> Verified:
    """Return the same, reading the events since this process verified the trail last; the first time all of them."""
    return check_onwards(hash_of=hash_of)


def fields_of(row: Model, names: tuple[str, ...]) -> dict[str, Any]:
    """Return some fields of a row, for ``before`` and ``after``."""
    return {name: getattr(row, name) for name in names}


def _locked(*values: dict[str, Any]) -> list[Any]:
    """Lock the chain's head. Returns whether the database keeps it, and values as PostgreSQL gives them back.

    On the schema of the revision before there is no place for the head. PostgreSQL has one way to write a number, and
    an order of its own for keys.
    """
    given = [json.dumps(keepable(value), default=str) for value in values]
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [_LOCK, *given])
        _, level, keeps_head, *texts = cursor.fetchone()
    if level in STRICTER:
        raise TransactionTooStrict(
            f"A transaction at {level.upper()} cannot see the newest event of the audit trail: nothing was changed. "
            "Open that transaction at READ COMMITTED, or call this outside of it."
        )
    return [keeps_head, *map(json.loads, texts)]


def _publish(event: AuditEvent) -> None:
    log.info("harness.audited", id=event.pk, action=event.action, subject=event.subject, hash=event.hash)
