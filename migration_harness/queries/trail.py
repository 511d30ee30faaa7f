"""Who changed what."""

from django.db.models import QuerySet

from migration_harness.models import AuditEvent, Flag


def audit_trail(*, subject: str | None = None) -> QuerySet[AuditEvent]:
    """Return the audit trail, newest first, to be read a page at a time."""
    events = AuditEvent.objects.order_by("-id")
    return events.filter(subject=subject) if subject else events


def audit_events(*, subject: str | None = None, limit: int = 50) -> list[AuditEvent]:
    """Return the newest audit events, newest first."""
    return list(audit_trail(subject=subject)[:limit])


def last_changes() -> dict[str, AuditEvent]:
    """Return the newest audit event of every flag, by the flag's name."""
    names = Flag.objects.values("name")
    newest = AuditEvent.objects.filter(subject__in=names).order_by("subject", "-id").distinct("subject")
    return {event.subject: event for event in newest}
