"""What people say about a discrepancy: reviews, notes, and who is on it. Each is on the audit trail."""

from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.utils import timezone

from migration_harness.database import connection
from migration_harness.exceptions import InvalidChange, UnknownPerson
from migration_harness.isolation import read_committed
from migration_harness.models import DiscrepancyAssignment, DiscrepancyNote, DiscrepancyReview
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

State = DiscrepancyReview.State
NOTE_CHARACTERS: Final = 2_000
"""The longest note."""


def review_discrepancy(*, signature: str, state: DiscrepancyReview.State, actor: str, reason: str) -> None:
    """Record what a person decided about a discrepancy.

    Note [Fixed by what was seen]: a review keeps how many comparisons there were and when the last one was. One
    more, or a later one, came after it: no clock of another process is compared with this one's.
    """
    with read_committed():
        before = DiscrepancyReview.objects.select_for_update().filter(pk=signature).first()
        now = timezone.now()
        seen, seen_last_at = _seen(signature)
        DiscrepancyReview.objects.update_or_create(
            pk=signature,
            defaults={
                "state": state,
                "reason": reason,
                "actor": actor,
                "at": now,
                "seen": seen,
                "seen_last_at": seen_last_at,
            },
        )
        _record(
            "review discrepancy",
            signature,
            actor=actor,
            before={"state": before.state} if before else {},
            after={"state": state.value},
            reason=reason,
            now=now,
        )


def add_note(*, signature: str, text: str, actor: str) -> DiscrepancyNote:
    """Add a note to a discrepancy; nobody can change or remove it. Raises InvalidChange for one without text."""
    text = text.strip()
    if not text or len(text) > NOTE_CHARACTERS:
        raise InvalidChange(f"A note has 1 to {NOTE_CHARACTERS:,} characters; this one has {len(text):,}.")
    with read_committed():
        now = timezone.now()
        note: DiscrepancyNote = DiscrepancyNote.objects.create(signature=signature, text=text, actor=actor, at=now)
        _record("note discrepancy", signature, actor=actor, before={}, after={"note": note.pk}, reason=text, now=now)
    return note


def assign(*, signature: str, assignee: str, actor: str, reason: str = "") -> None:
    """Say who is on a discrepancy; an empty ``assignee`` is nobody. Raises UnknownPerson.

    The same person again changes nothing.
    """
    if assignee:
        _refuse_unknown(assignee)
    with read_committed():
        before = DiscrepancyAssignment.objects.select_for_update().filter(pk=signature).first()
        was = before.assignee if before else ""
        if was == assignee:
            return
        now = timezone.now()
        if assignee:
            values = {"assignee": assignee, "actor": actor, "at": now}
            DiscrepancyAssignment.objects.update_or_create(pk=signature, defaults=values)
        else:
            DiscrepancyAssignment.objects.filter(pk=signature).delete()
        _record(
            "assign discrepancy",
            signature,
            actor=actor,
            before={"assignee": was},
            after={"assignee": assignee},
            reason=reason,
            now=now,
        )


def operators() -> list[str]:
    """Return the names of those whom a discrepancy can be assigned to: active users who are staff."""
    users = get_user_model()
    names = users.objects.filter(is_active=True, is_staff=True)
    return sorted(names.values_list(users.USERNAME_FIELD, flat=True))


def _refuse_unknown(assignee: str) -> None:
    known = operators()
    if assignee not in known:
        raise UnknownPerson(
            f"There is no operator {assignee!r}: an active user who is staff. Operators: {', '.join(known) or 'none'}."
        )


def _seen(signature: str) -> tuple[int, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(comparisons), 0), max(last_at) FROM migration_harness_total_evidence "
            "WHERE signature = %s",
            [signature],
        )
        count, last_at = cursor.fetchone()
    return int(count), last_at


def _record(
    action: str,
    signature: str,
    *,
    actor: str,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str,
    now: datetime,
) -> None:
    entry = Entry(actor=actor, action=action, subject=signature, before=before, after=after, reason=reason, evidence={})
    audit.append(entry, now=now)
