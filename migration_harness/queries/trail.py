"""Who changed what."""

from django.db.models import QuerySet

from migration_harness.control.forward import MEMBER
from migration_harness.models import AuditEvent, Flag


def audit_trail(*, subject: str | None = None) -> QuerySet[AuditEvent]:
    """Return the audit trail, newest first, to be read a page at a time."""
    events = AuditEvent.objects.order_by("-id")
    return events.filter(subject=subject) if subject else events


def audit_events(*, subject: str | None = None, limit: int = 50) -> list[AuditEvent]:
    """Return the newest audit events, newest first."""
    return list(audit_trail(subject=subject)[:limit])


def account_trail(account_id: str) -> QuerySet[AuditEvent]:
    """Return the events that moved an account by its name, newest first; flags' own events, of which there are few."""
    flags = Flag.objects.values("name")
    return AuditEvent.objects.filter(subject__in=flags, after__has_key=f"{MEMBER}{account_id}").order_by("-id")


def rollout_events(*, name: str, flag: str, is_open: bool, limit: int = 100) -> list[AuditEvent]:
    """Return what happened while a rollout was under way, to it and to its flag, newest first.

    ``name`` is what the trail calls it, ``rollout 3``. What was done to the flag before its first event, or after its
    last one where it has ended, was nothing to it.
    """
    own = list(AuditEvent.objects.filter(subject=name).order_by("-id"))
    if not own:
        return []
    meanwhile = AuditEvent.objects.filter(subject=flag, pk__gt=own[-1].pk)
    if not is_open:
        meanwhile = meanwhile.filter(pk__lt=own[0].pk)
    return sorted([*own, *meanwhile.order_by("-id")[:limit]], key=lambda event: -event.pk)[:limit]


def last_changes() -> dict[str, AuditEvent]:
    """Return the newest audit event of every flag, by the flag's name."""
    names = Flag.objects.values("name")
    newest = AuditEvent.objects.filter(subject__in=names).order_by("subject", "-id").distinct("subject")
    return {event.subject: event for event in newest}
