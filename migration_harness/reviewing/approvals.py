"""Writes of stored explanations: one person proposes, another approves, anybody ends it. Each is on the trail."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from migration_harness.authority import actions
from migration_harness.authority import approvals as asking
from migration_harness.authority.actions import Action
from migration_harness.authority.actors import Actor
from migration_harness.authority.approvals import asked_of
from migration_harness.authority.asked import Act, Asked
from migration_harness.authority.persons import acting, person_named, person_of, require_second, require_themselves
from migration_harness.authority.taking import take, two_people
from migration_harness.comparing.scope import Scope
from migration_harness.exceptions import ExplanationDecided, InvalidChange, UnknownExplanation
from migration_harness.isolation import read_committed
from migration_harness.models import Approval, StoredExplanation
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
    actor: Actor | str,
    override: bool = False,
) -> StoredExplanation:
    """Store an explanation as proposed, and ask for another person's approval: before that it explains nothing.

    With ``override`` a superuser puts it in force alone, and it stays not countersigned until another person signs.
    """
    by, fields = acting(actor), sorted(scope.fields)
    with two_people(by=by, reason=reason, override=override), read_committed():
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
            proposed_by=by.name,
            proposed_at=timezone.now(),
        )
        _record(made, "propose explanation", actor=by.name, before="", reason=reason)
        if override:
            _put_in_force(made, by=by, reason=reason, override=True)
        else:
            asking.ask(asked_for(made), by=by, reason=reason)
    return made


def approve(*, number: int, actor: Actor, today: date, reason: str = "") -> StoredExplanation:
    """Approve a proposed explanation as another person, and put it in force; every process obeys within a second.

    Raises SecondPersonNeeded for the person who proposed it, ExplanationDecided where it is not proposed, InvalidChange
    where its last day is over, and as :func:`migration_harness.authority.approvals.approve`.
    """
    found = _proposed(number, "approved")
    if found.expires < today:
        raise InvalidChange(f"{_told(found)} would have explained until {found.expires}: propose it anew.")
    asking.approve(
        number=_approval_of(found).pk,
        by=actor,
        reason=reason,
        now_asked=asked_for(found),
        then=lambda _: _put_in_force(found, by=actor, reason=reason),
    )
    return found


def asked_for(found: StoredExplanation) -> Asked:
    """Return what is asked of a second person: the rule as it would explain, until when, and that it is proposed."""
    fields = ", ".join(f"{path} ({kind})" for path, kind in sorted(found.scope.fields))
    return Asked(
        act=Act.EXPLAIN,
        subject=found.name,
        request={
            "explanation": found.pk,
            "discrepancy": found.signature,
            "seam": found.seam,
            "may differ in": fields,
            "group": None if found.group is None else json.dumps(found.group),
            "until": found.expires.isoformat(),
            "owner": found.owner,
        },
        numbers={"state": str(found.state)},
        sentence=f"Put {found.name} of {found.seam} in force until {found.expires}: {fields}. {found.reason}",
    )


def would_ask(asked: Asked) -> Asked:
    """Return what is asked for the explanation as it is now. Raises UnknownExplanation."""
    return asked_for(_found(int(asked.request["explanation"] or 0)))


def name_signer(found: Approval) -> None:
    """Write who has countersigned an explanation that was put in force by one person alone."""
    number = int(asked_of(found).request["explanation"] or 0)
    StoredExplanation.objects.filter(pk=number).update(approved_by=found.approver, approved_at=found.decided_at)


def _proposed(number: int, wanted: str) -> StoredExplanation:
    found = _found(number)
    _refuse_state(found, {State.PROPOSED}, wanted)
    return found


def _found(number: int, *, locked: bool = False) -> StoredExplanation:
    rows = StoredExplanation.objects.select_for_update() if locked else StoredExplanation.objects
    found: StoredExplanation | None = rows.filter(pk=number).first()
    if found is None:
        raise UnknownExplanation(f"There is no explanation {number}. List them: harness discrepancies explanations")
    return found


def _approval_of(found: StoredExplanation) -> Approval:
    """Return what was asked for a proposed explanation; one of the revision before is put down for who proposed it."""
    row = Approval.objects.filter(act=Act.EXPLAIN, subject=found.name).order_by("-id").first()
    if row is not None:
        return row
    return asking.ask(asked_for(found), by=person_named(found.proposed_by), reason=found.reason)


def _put_in_force(found: StoredExplanation, *, by: Actor, reason: str, override: bool = False) -> None:
    """Put a proposed explanation in force, in the transaction in which its approval is used."""
    locked = _locked(found.pk, {State.PROPOSED}, "approved")
    used = take(asked_for(locked), by=by, reason=reason, override=override)
    # Whoever proposed it and passed alone has approved nothing: :func:`name_signer` writes who has signed.
    approver = used.approver or f"not countersigned, {by.name} passed"
    _move(locked, State.APPROVED, approved_by=approver, approved_at=timezone.now())
    _record(locked, "approve explanation", actor=by.name, before=State.PROPOSED, reason=reason, approval=used)
    found.refresh_from_db()


def action_of(decision: str) -> Action:
    """Return what a decision is for whoever makes it: taking one's own proposal back, or saying what holds."""
    return actions.WITHDRAW if decision == "withdraw" else actions.DECIDE


def decide(*, number: int, decision: str, actor: Actor | str, today: date, reason: str = "") -> StoredExplanation:
    """Approve, reject, withdraw or revoke a stored explanation, as ``decision`` says."""
    by = acting(actor)
    match decision:
        case "approve":
            return approve(number=number, actor=by, today=today, reason=reason)
        case "reject":
            return reject(number=number, actor=by, reason=reason)
        case "withdraw":
            return withdraw(number=number, actor=by, reason=reason)
        case "revoke":
            return revoke(number=number, actor=by.name, reason=reason)
    raise InvalidChange(f"There is no decision {decision!r}: {', '.join(DECISIONS)}.")


def reject(*, number: int, actor: Actor, reason: str) -> StoredExplanation:
    """Refuse a proposed explanation, as another person than proposed it."""
    _need_reason(number, State.REJECTED, reason)
    require_themselves(actor, subject=f"explanation {number}")
    with read_committed():
        row = _approval_of(_proposed(number, State.REJECTED))
        if row.state in asking.OPEN and row.expires_at > timezone.now():
            asking.refuse(number=row.pk, by=actor, reason=reason)
        else:
            require_second(actor, row)
        return _end(number, State.REJECTED, {State.PROPOSED}, "reject explanation", actor=actor.name, reason=reason)


def withdraw(*, number: int, actor: Actor | str, reason: str = "") -> StoredExplanation:
    """Take a proposed explanation back; only the person who proposed it can."""
    by = acting(actor)
    with read_committed():
        found = _proposed(number, State.WITHDRAWN)
        if person_of(by.name) != person_of(found.proposed_by):
            raise InvalidChange(f"{_told(found)} was proposed by {found.proposed_by}: you can reject it instead.")
        row = _approval_of(found)
        if row.state in asking.OPEN:
            asking.withdraw(number=row.pk, by=by, reason=reason)
        return _end(number, State.WITHDRAWN, {State.PROPOSED}, "withdraw explanation", actor=by.name, reason=reason)


def revoke(*, number: int, actor: str, reason: str) -> StoredExplanation:
    """Take an approved explanation out of force; every process obeys within a second. Nobody has to approve that."""
    _need_reason(number, State.REVOKED, reason)
    return _end(number, State.REVOKED, {State.APPROVED}, "revoke explanation", actor=actor, reason=reason)


def _need_reason(number: int, state: StoredExplanation.State, reason: str) -> None:
    if not reason.strip():
        raise InvalidChange(f"Say why explanation {number} is {state}: a reason is needed.")


def _end(
    number: int, state: StoredExplanation.State, needed: set[Any], action: str, *, actor: str, reason: str
) -> StoredExplanation:
    with read_committed():
        found = _locked(number, needed, state)
        before = found.state
        _move(found, state, ended_by=actor, ended_at=timezone.now(), ended_reason=reason)
        _record(found, action, actor=actor, before=before, reason=reason)
    return found


def _locked(number: int, needed: set[Any], wanted: str) -> StoredExplanation:
    found = _found(number, locked=True)
    _refuse_state(found, needed, wanted)
    return found


def _refuse_state(found: StoredExplanation, needed: set[Any], wanted: str) -> None:
    if found.state not in needed:
        words = " or ".join(sorted(needed))
        raise ExplanationDecided(f"{_told(found)} is {found.state}: only a {words} one can be {wanted}.")


def _move(found: StoredExplanation, state: StoredExplanation.State, **columns: Any) -> None:
    """Write what changes of a locked row, and no other column of it."""
    rows = StoredExplanation.objects.filter(pk=found.pk)
    rows.update(state=state, version=F("version") + 1, **columns)
    found.refresh_from_db()


def _record(
    found: StoredExplanation, action: str, *, actor: str, before: str, reason: str, approval: Approval | None = None
) -> None:
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
        }
        | ({} if approval is None else {"approval": approval.evidence}),
    )
    audit.append(entry, now=timezone.now())


def _told(found: StoredExplanation) -> str:
    return f"E{found.name[1:]} ({found.seam})"
