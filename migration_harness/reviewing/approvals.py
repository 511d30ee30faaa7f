"""Writes of stored explanations: one person proposes, another approves, anybody ends it. Each is on the trail."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from migration_harness.authority import actions
from migration_harness.authority.actions import Action
from migration_harness.comparing.scope import Scope
from migration_harness.exceptions import ExplanationDecided, InvalidChange, SecondPersonNeeded, UnknownExplanation
from migration_harness.isolation import read_committed
from migration_harness.models import StoredExplanation
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

State = StoredExplanation.State
DECISIONS: Final = ("approve", "reject", "withdraw", "revoke")


def propose(
    *,
    signature: str,
    scope: Scope,
    reason: str,
    owner: str,
    expires: date,
    covered: Mapping[str, Any],
    actor: str,
) -> StoredExplanation:
    """Store an explanation as proposed: it explains nothing before another person has approved it."""
    fields = sorted(scope.fields)
    with read_committed():
        made: StoredExplanation = StoredExplanation.objects.create(
            signature=signature,
            seam=scope.seam,
            paths=[path for path, _ in fields],
            kinds=[kind for _, kind in fields],
            group=None if scope.group is None else list(scope.group),
            reason=reason,
            owner=owner,
            expires=expires,
            covered=dict(covered),
            proposed_by=actor,
            proposed_at=timezone.now(),
        )
        _record(made, "propose explanation", actor=actor, before="", reason=reason)
    return made


def approve(*, number: int, actor: str, today: date, reason: str = "") -> StoredExplanation:
    """Put a proposed explanation in force; every process obeys within a second.

    Raises SecondPersonNeeded for the person who proposed it, ExplanationDecided where it is not proposed, and
    InvalidChange where its last day is over.
    """
    with read_committed():
        found = _locked(number, {State.PROPOSED}, "approved")
        if person_of(actor) == person_of(found.proposed_by):
            raise SecondPersonNeeded(
                f"{_told(found)} was proposed by {found.proposed_by}, and another person has to approve it: "
                "ask a colleague, who can do so by command, on the console or by the REST API."
            )
        if found.expires < today:
            raise InvalidChange(f"{_told(found)} would have explained until {found.expires}: propose it anew.")
        _move(found, State.APPROVED, approved_by=actor, approved_at=timezone.now())
        _record(found, "approve explanation", actor=actor, before=State.PROPOSED, reason=reason)
    return found


def action_of(decision: str) -> Action:
    """Return what a decision is for whoever makes it: taking one's own proposal back, or saying what holds."""
    return actions.WITHDRAW if decision == "withdraw" else actions.DECIDE


def decide(*, number: int, decision: str, actor: str, today: date, reason: str = "") -> StoredExplanation:
    """Approve, reject, withdraw or revoke a stored explanation, as ``decision`` says."""
    match decision:
        case "approve":
            return approve(number=number, actor=actor, today=today, reason=reason)
        case "reject":
            return reject(number=number, actor=actor, reason=reason)
        case "withdraw":
            return withdraw(number=number, actor=actor, reason=reason)
        case "revoke":
            return revoke(number=number, actor=actor, reason=reason)
    raise InvalidChange(f"There is no decision {decision!r}: {', '.join(DECISIONS)}.")


def reject(*, number: int, actor: str, reason: str) -> StoredExplanation:
    """Refuse a proposed explanation."""
    return _end(number, State.REJECTED, {State.PROPOSED}, "reject explanation", actor=actor, reason=reason)


def withdraw(*, number: int, actor: str, reason: str = "") -> StoredExplanation:
    """Take a proposed explanation back; only the person who proposed it can."""
    return _end(number, State.WITHDRAWN, {State.PROPOSED}, "withdraw explanation", actor=actor, reason=reason)


def revoke(*, number: int, actor: str, reason: str) -> StoredExplanation:
    """Take an approved explanation out of force; every process obeys within a second."""
    return _end(number, State.REVOKED, {State.APPROVED}, "revoke explanation", actor=actor, reason=reason)


def person_of(actor: str) -> str:
    """Return who an actor is: one person is ``ada`` on the console and ``ada@host`` in a shell, on any host."""
    return actor.partition("@")[0].strip().casefold()


def _end(
    number: int, state: StoredExplanation.State, needed: set[Any], action: str, *, actor: str, reason: str
) -> StoredExplanation:
    if not reason.strip() and state is not State.WITHDRAWN:
        raise InvalidChange(f"Say why explanation {number} is {state}: a reason is needed.")
    with read_committed():
        found = _locked(number, needed, state)
        if state is State.WITHDRAWN and person_of(actor) != person_of(found.proposed_by):
            raise InvalidChange(f"{_told(found)} was proposed by {found.proposed_by}: you can reject it instead.")
        before = found.state
        _move(found, state, ended_by=actor, ended_at=timezone.now(), ended_reason=reason)
        _record(found, action, actor=actor, before=before, reason=reason)
    return found


def _locked(number: int, needed: set[Any], wanted: str) -> StoredExplanation:
    found: StoredExplanation | None = StoredExplanation.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise UnknownExplanation(f"There is no explanation {number}. List them: harness discrepancies explanations")
    if found.state not in needed:
        words = " or ".join(sorted(needed))
        raise ExplanationDecided(f"{_told(found)} is {found.state}: only a {words} one can be {wanted}.")
    return found


def _move(found: StoredExplanation, state: StoredExplanation.State, **columns: Any) -> None:
    """Write what changes of a locked row, and no other column of it."""
    rows = StoredExplanation.objects.filter(pk=found.pk)
    rows.update(state=state, version=F("version") + 1, **columns)
    found.refresh_from_db()


def _record(found: StoredExplanation, action: str, *, actor: str, before: str, reason: str) -> None:
    entry = Entry(
        actor=actor,
        action=action,
        subject=found.name,
        before={"state": str(before)} if before else {},
        after={"state": str(found.state)},
        reason=reason,
        evidence={
            "signature": found.signature,
            "seam": found.seam,
            "fields": [list(field) for field in sorted(found.scope.fields)],
            "group": found.group,
            "expires": found.expires.isoformat(),
            "covered": found.covered,
        },
    )
    audit.append(entry, now=timezone.now())


def _told(found: StoredExplanation) -> str:
    return f"E{found.name[1:]} ({found.seam})"
