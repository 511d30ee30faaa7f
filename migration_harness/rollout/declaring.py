"""A person says on their own word that nobody else uses legacy data: on the trail, with an end, and never as proof."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from migration_harness.authority.actions import DECLARE
from migration_harness.authority.actors import Actor
from migration_harness.authority.asking import require
from migration_harness.exceptions import InvalidChange
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import LegacyDeclaration
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

DAYS: Final = 30
MOST_DAYS: Final = 90
SUBJECT: Final = "legacy data"
DECLARED: Final = "declare nobody else"


def declare_nobody_else(*, actor: Actor, reason: str, until: datetime | None = None) -> LegacyDeclaration:
    """Put down that no other program uses what the deletion drops, as long as that holds; 30 days where nobody says.

    Raises NotAllowed, and InvalidChange without a reason, or for an end that is over or more than 90 days away.
    """
    require(actor, DECLARE, subject=SUBJECT)
    now = timezone.now()
    end = until or now + timedelta(days=DAYS)
    if not reason.strip():
        raise InvalidChange(
            "Say by what you know that nobody else uses legacy data: add --reason. Nothing was declared."
        )
    if not now < end <= now + timedelta(days=MOST_DAYS):
        raise InvalidChange(
            f"The declaration would end at {end:%Y-%m-%d %H:%M} UTC. Nothing was declared: say a day within the next "
            f"{MOST_DAYS} days."
        )
    with read_committed():
        row: LegacyDeclaration = LegacyDeclaration.objects.create(
            actor=audit.actor_kept(actor.name), reason=keepable(reason.strip()), at=now, until=end
        )
        audit.append(_entry(row, actor, action=DECLARED, holds=True, reason=row.reason), now=now)
    return row


def end_declarations(*, actor: Actor, reason: str) -> int:
    """End every declaration that holds; returns how many did. Raises NotAllowed."""
    require(actor, DECLARE, subject=SUBJECT)
    now = timezone.now()
    with read_committed():
        rows = list(
            LegacyDeclaration.objects.select_for_update().filter(until__gt=now, ended_at__isnull=True).order_by("id")
        )
        for row in rows:
            row.ended_at, row.ended_by = now, audit.actor_kept(actor.name)
            row.save(update_fields=["ended_at", "ended_by"])
            audit.append(_entry(row, actor, action="end declaration", holds=False, reason=reason), now=now)
    return len(rows)


def _entry(row: LegacyDeclaration, actor: Actor, *, action: str, holds: bool, reason: str) -> Entry:
    return Entry(
        actor=actor.name,
        action=action,
        subject=SUBJECT,
        before={"nobody_else": not holds},
        after={"nobody_else": holds},
        reason=reason,
        evidence={"declaration": row.pk, "until": row.until.isoformat()},
    )
