"""Where an act that needs two people is done: its approval is used, once, in the transaction of the act.

Note [Used with the act]: whoever acts computes what would be done from the locked rows, and asks for the approval of
exactly that by its digest, in the same transaction. So what was approved and what is done cannot differ, two at once
use it once, and an act that fails leaves it unused. What is asked for, or void, is put down after that transaction was
given up, in one of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from migration_harness.authority import approvals
from migration_harness.authority.actions import OVERRIDE
from migration_harness.authority.actors import Actor
from migration_harness.authority.approvals import OPEN, State, asked_of
from migration_harness.authority.asked import Asked, some
from migration_harness.authority.asking import require
from migration_harness.authority.persons import may_approve
from migration_harness.database import connection
from migration_harness.exceptions import ApprovalAwaited, ApprovalNeeded, InvalidChange
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import Approval
from migration_harness.trail import audit


class Unapproved(Exception):
    """No approval allows this: :func:`two_people` answers what there is to be said."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.sentence)
        self.asked = asked


@contextmanager
def two_people(*, by: Actor, reason: str = "", override: bool = False) -> Iterator[None]:
    """Surround the transaction of an act in which :func:`take` may be called.

    Raises ApprovalAwaited after it was put down as asked, ApprovalVoid, ApprovalExpired; and before anything NotAllowed
    where ``override`` is asked by somebody else than a superuser, InvalidChange where it has no reason.
    """
    if override:
        require(by, OVERRIDE)
        if not reason.strip():
            raise InvalidChange(
                "Passing without a second person needs a reason: it stays on the trail and on the pages."
            )
    try:
        yield
    except Unapproved as error:
        missing = error.asked
    else:
        return
    raise _answer(missing, by=by, reason=reason)


def take(asked: Asked, *, by: Actor, reason: str = "", override: bool = False) -> Approval:
    """Use the approval of exactly this, as part of the transaction that does it; its ``evidence`` goes on the event.

    With ``override`` a superuser passes without one, and the row says that nobody has countersigned.
    Raises Unapproved, which :func:`two_people` answers.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An approval is used in the transaction of what it allows.")
    now = timezone.now()
    found = approvals.open_for(asked)
    used: dict[str, Any] = {"state": State.USED, "used_by": audit.actor_kept(by.name), "used_at": now}
    if found is not None and _holds(found, asked, now=now):
        approvals.write(found, **used)
        return found
    if not override:
        raise Unapproved(asked)
    if found is None:
        found = approvals.put_down(asked, by=by, reason=reason, now=now)
    alone: dict[str, Any] = {"overridden": True, "approver": "", "approver_user": "", "decided_at": None}
    approvals.write(found, said=keepable(reason.strip()), **alone, **used)
    return found


def _answer(asked: Asked, *, by: Actor, reason: str) -> ApprovalNeeded:
    """Put down what is asked, or is void by now; returns what is to be raised."""
    now = timezone.now()
    rows = Approval.objects.filter(act=asked.act.value, subject=asked.subject, state__in=OPEN)
    with read_committed():
        for found in rows.select_for_update().order_by("pk"):
            if found.digest == asked.digest:
                if found.state == State.APPROVED:
                    return _not_held(found, by=by, now=now)
            elif (before := asked_of(found)).asks_as(asked):
                was_approved, changes = found.state == State.APPROVED, before.changes_to(asked)
                approvals.end(found, State.VOID, by=by, why=some(changes), now=now)
                if was_approved:
                    return approvals.void(found, changes)
        return awaited(approvals.ask(asked, by=by, reason=reason))


def awaited(found: Approval) -> ApprovalAwaited:
    """Return the error that says where another person approves, and what is to be done then."""
    again = f" Then do it again: {found.again}" if found.again else ""
    return ApprovalAwaited(
        f"{found.sentence} That needs two people, and nothing was done: it awaits approval {found.pk}. Another person "
        f"approves it at {page_of(found)}, or by: python manage.py harness approvals approve {found.pk} --as NAME."
        f"{again}",
        number=found.pk,
    )


def page_of(found: Approval) -> str:
    """Return the address of an approval on the console; without one, what there is to be looked for."""
    try:
        return reverse("dashboards:approval", args=[found.pk])
    except NoReverseMatch:
        return "the page Approvals of the console"


def _not_held(found: Approval, *, by: Actor, now: datetime) -> ApprovalNeeded:
    if found.expires_at <= now:
        approvals.end(found, State.EXPIRED, by=by, why="", now=now)
        return approvals.expired(found)
    if may_approve(found.approver_user):
        # Approved a moment ago.
        return awaited(found)
    changes = [f"{found.approver} may approve: yes → no"]
    approvals.end(found, State.VOID, by=by, why=some(changes), now=now)
    return approvals.void(found, changes)


def _holds(found: Approval, asked: Asked, *, now: datetime) -> bool:
    """Tell whether a row allows this now: it was approved, by somebody who still may, and its time is not over."""
    return (
        found.state == State.APPROVED
        and found.asked == asked.canonical
        and found.expires_at > now
        and may_approve(found.approver_user)
    )
