"""What was asked of a second person, and what came of it."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Case, Q, QuerySet, When

from migration_harness.authority.approvals import OPEN, State, asked_of
from migration_harness.exceptions import UnknownApproval
from migration_harness.models import Approval

NOT_COUNTERSIGNED: Final = "not countersigned"
_UNSIGNED: Final = {"state": State.USED, "overridden": True, "approver_user": ""}


def approvals(*, subject: str | None = None) -> QuerySet[Approval]:
    """Return all of them: what waits for a person first, then the newest."""
    rows = Approval.objects.all() if subject is None else Approval.objects.filter(subject=subject)
    waits = Case(When(state=State.ASKED, then=0), When(**_UNSIGNED, then=1), default=2)
    return rows.order_by(waits, "-id")


def approval(number: int) -> Approval:
    """Return one. Raises UnknownApproval."""
    found = Approval.objects.filter(pk=number).first()
    if found is None:
        raise UnknownApproval(f"There is no approval {number}. List them: python manage.py harness approvals list")
    return found


def not_countersigned(*, subject: str | None = None) -> list[Approval]:
    """Return what superusers passed alone and nobody has signed since, the oldest first."""
    rows = Approval.objects.filter(**_UNSIGNED).order_by("id")
    return list(rows if subject is None else rows.filter(subject=subject))


def open_approvals(*, subject: str, now: datetime, most: int) -> tuple[list[Approval], int]:
    """Return what waits for a person or can be done, and what nobody has countersigned, of one flag.

    The newest ``most`` of them, and how many there are.
    """
    found = approvals(subject=subject).filter(Q(state__in=OPEN, expires_at__gt=now) | Q(**_UNSIGNED))
    return list(found[:most]), found.count()


def approvals_awaited(*, now: datetime) -> list[Approval]:
    """Return what waits for a second person, the oldest first."""
    return list(Approval.objects.filter(state=State.ASKED, expires_at__gt=now).order_by("id"))


def standing_of(found: Approval, *, now: datetime) -> str:
    """Return where it stands in a word; what nobody answered in time has expired, whether or not a row says so."""
    if found.lacks_signature:
        return NOT_COUNTERSIGNED
    if found.state in OPEN and found.expires_at <= now:
        return str(State.EXPIRED)
    return str(found.state)


def approval_described(found: Approval, *, now: datetime) -> dict[str, Any]:
    """Return one as programs read it."""
    asked = asked_of(found)
    return {
        "number": found.pk,
        "act": found.act,
        "subject": found.subject,
        "state": standing_of(found, now=now),
        "sentence": found.sentence,
        "request": dict(asked.request),
        "numbers": dict(asked.numbers),
        "digest": found.digest,
        "reason": found.reason,
        "asked_by": found.asker,
        "asked_at": found.asked_at,
        "expires_at": found.expires_at,
        "answered_by": found.approver,
        "answered_at": found.decided_at,
        "said": found.said,
        "used_by": found.used_by,
        "used_at": found.used_at,
        "overridden": found.overridden,
        "again": found.again,
    }
