"""A second person's answer. Where nothing but a yes was lacking, the act is done with it, in the same transaction."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.utils import timezone

from migration_harness.approving.now import would_ask
from migration_harness.authority import approvals
from migration_harness.authority.actors import Actor
from migration_harness.authority.approvals import State, asked_of
from migration_harness.authority.asked import Act
from migration_harness.isolation import read_committed
from migration_harness.models import Approval
from migration_harness.money.forecast.sign_off import sign_as_asked
from migration_harness.queries import approval
from migration_harness.reviewing import approvals as explanations


def approve(*, number: int, by: Actor, reason: str = "") -> Approval:
    """Approve what was asked, if it is still that; raises as :func:`migration_harness.authority.approvals.approve`.

    An explanation is in force, and a forecast signed, with it. What moves credits or accounts is done afterwards, by a
    person who looks at what comes of it.
    """
    found = approval(number)
    if found.state == State.ASKED and found.act == Act.EXPLAIN:
        explanations.approve(number=_explanation(found), actor=by, today=datetime.now(UTC).date(), reason=reason)
        return approval(number)
    signs = found.act == Act.SIGN_OFF
    return approvals.approve(
        number=number,
        by=by,
        reason=reason,
        now_asked=would_ask(found, now=timezone.now()) if found.state == State.ASKED else None,
        then=(lambda approved: sign_as_asked(approved, by=by)) if signs else None,
    )


def refuse(*, number: int, by: Actor, reason: str) -> Approval:
    """Refuse what was asked; raises as :func:`migration_harness.authority.approvals.refuse`."""
    found = approval(number)
    if found.state == State.ASKED and found.act == Act.EXPLAIN:
        explanations.reject(number=_explanation(found), actor=by, reason=reason)
        return approval(number)
    return approvals.refuse(number=number, by=by, reason=reason)


def withdraw(*, number: int, by: Actor, reason: str = "") -> Approval:
    """Take back what one has asked; raises as :func:`migration_harness.authority.approvals.withdraw`."""
    found = approval(number)
    if found.state == State.ASKED and found.act == Act.EXPLAIN:
        explanations.withdraw(number=_explanation(found), actor=by, reason=reason)
        return approval(number)
    return approvals.withdraw(number=number, by=by, reason=reason)


def countersign(*, number: int, by: Actor, reason: str = "") -> Approval:
    """Sign what a superuser passed alone; raises as :func:`migration_harness.authority.approvals.countersign`."""
    with read_committed():
        found = approvals.countersign(number=number, by=by, reason=reason)
        if found.act == Act.EXPLAIN:
            explanations.name_signer(found)
    return found


ANSWERS: Final[dict[str, Callable[..., Approval]]] = {
    "approve": approve,
    "refuse": refuse,
    "withdraw": withdraw,
    "countersign": countersign,
}
"""All that a person may answer, by its word."""


def _explanation(found: Approval) -> int:
    return int(asked_of(found).request["explanation"] or 0)
