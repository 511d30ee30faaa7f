"""What is asked of a second person, and their own act: approve, refuse, countersign; or the asker's, to withdraw."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError
from django.utils import timezone

from migration_harness.authority.actions import APPROVE, ASK
from migration_harness.authority.actors import Actor
from migration_harness.authority.asked import Asked, some
from migration_harness.authority.asking import require_one_of
from migration_harness.authority.persons import is_asker, machine_of, require_known, require_second, require_themselves
from migration_harness.conf import approval_hours
from migration_harness.database import transaction
from migration_harness.exceptions import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalVoid,
    HarnessError,
    InvalidChange,
    SecondPersonNeeded,
    UnknownApproval,
)
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import Approval
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

State = Approval.State
OPEN: Final = (State.ASKED, State.APPROVED)
_VERBS: Final = {State.VOID: "void", State.EXPIRED: "expire", State.WITHDRAWN: "withdraw"}


def ask(asked: Asked, *, by: Actor, reason: str = "") -> Approval:
    """Put down what needs a second person; what is asked already is asked once.

    Raises NotAllowed, and AskerUnproven at a prompt where nobody has shown who they are.
    """
    require_known(by, subject=asked.subject)
    require_one_of(by, (ASK, APPROVE), subject=asked.subject)
    now = timezone.now()
    with read_committed():
        if (found := open_for(asked)) is not None:
            if found.expires_at > now:
                return found
            end(found, State.EXPIRED, by=by, why="", now=now)
        try:
            with transaction.atomic():
                made = put_down(asked, by=by, reason=reason, now=now)
        except IntegrityError:
            # Somebody has asked the same at the same moment.
            if (found := open_for(asked)) is None:
                raise
            return found
        record(made, "ask approval", by=by.name, before="", reason=made.reason)
    return made


def approve(
    *,
    number: int,
    by: Actor,
    reason: str = "",
    now_asked: Asked | None = None,
    then: Callable[[Approval], None] | None = None,
) -> Approval:
    """Say yes to what another person asked, once and until it expires.

    ``now_asked`` is what would be asked now: where it is another, the approval is void. ``then`` does what was asked
    in the same transaction, where nothing but this person's word was lacking. Raises NotAllowed,
    SecondPersonNeeded, UnknownApproval, ApprovalDecided, ApprovalExpired, or ApprovalVoid with what has changed.
    """

    def decide(found: Approval, now: datetime) -> HarnessError | None:
        if now_asked is not None and (changes := asked_of(found).changes_to(now_asked)):
            end(found, State.VOID, by=by, why=some(changes), now=now)
            return void(found, changes)
        _decide(found, State.APPROVED, by=by, reason=reason, now=now)
        if then is not None:
            then(found)
            found.refresh_from_db()
        return None

    return _answered(number, by=by, wanted="approved", decide=decide)


def refuse(*, number: int, by: Actor, reason: str) -> Approval:
    """Say no to what another person asked. Raises as :func:`approve`, and InvalidChange without a reason."""
    if not reason.strip():
        raise InvalidChange(f"Say why approval {number} is refused: whoever asked has to know.")

    def decide(found: Approval, now: datetime) -> None:
        _decide(found, State.REFUSED, by=by, reason=reason, now=now)

    return _answered(number, by=by, wanted="refused", decide=decide)


def withdraw(*, number: int, by: Actor, reason: str = "") -> Approval:
    """Take back what one has asked oneself, approved or not.

    Raises UnknownApproval, ApprovalDecided, SecondPersonNeeded.
    """
    with read_committed():
        found = locked(number)
        if not is_asker(by, found):
            raise SecondPersonNeeded(f"{_told(found)} was asked by {found.asker}: you can refuse it instead.")
        if found.state not in OPEN:
            raise _decided(found, "withdrawn")
        end(found, State.WITHDRAWN, by=by, why=reason, now=timezone.now())
    return found


def countersign(*, number: int, by: Actor, reason: str = "") -> Approval:
    """Sign as the second person what a superuser passed alone. Raises as :func:`approve`."""
    require_themselves(by, subject=f"approval {number}")
    with read_committed():
        found = locked(number)
        require_second(by, found)
        if not found.lacks_signature:
            raise _decided(found, "countersigned")
        now = timezone.now()
        write(found, **_by(by), decided_at=now, said=keepable(reason.strip()))
        record(found, "countersign", by=by.name, before="not countersigned", reason=reason)
    return found


def asked_of(found: Approval) -> Asked:
    """Return what exactly was asked."""
    return Asked.of(found.asked, sentence=found.sentence, again=found.again)


def open_for(asked: Asked) -> Approval | None:
    """Return the approval that waits for exactly this, or allows it; locked."""
    return Approval.objects.select_for_update().filter(digest=asked.digest, state__in=OPEN).first()


def locked(number: int) -> Approval:
    """Return an approval, locked. Raises UnknownApproval."""
    found = Approval.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise UnknownApproval(f"There is no approval {number}. List them: python manage.py harness approvals list")
    return found


def put_down(asked: Asked, *, by: Actor, reason: str, now: datetime) -> Approval:
    """Write the row of what is asked, and nothing on the trail."""
    made: Approval = Approval.objects.create(
        act=asked.act.value,
        subject=asked.subject,
        asked=asked.canonical,
        digest=asked.digest,
        sentence=keepable(asked.sentence),
        again=keepable(asked.again),
        reason=keepable(reason.strip()),
        asker=audit.actor_kept(by.name),
        asker_user=by.user_id,
        asker_machine=audit.actor_kept(machine_of(by)),
        asked_at=now,
        expires_at=now + timedelta(hours=approval_hours()),
    )
    return made


def write(found: Approval, **columns: Any) -> None:
    """Write what changes of a locked row, and no other column of it."""
    Approval.objects.filter(pk=found.pk).update(**columns)
    for name, value in columns.items():
        setattr(found, name, value)


def end(found: Approval, state: Approval.State, *, by: Actor, why: str, now: datetime) -> None:
    """Close a locked approval that nobody may use any more."""
    before = found.state
    columns = {} if found.approver_user else {"decided_at": now}
    write(found, state=state, said=keepable(why.strip()), **columns)
    record(found, f"{_VERBS[state]} approval", by=by.name, before=before, reason=why)


def void(found: Approval, changes: list[str]) -> ApprovalVoid:
    """Return the error that names what has changed since it was asked."""
    return ApprovalVoid(
        f"{_told(found)} is void, because it is no longer what was asked: {some(changes)}. Nothing was done. Look at "
        "it as it is now, and ask again.",
        number=found.pk,
    )


def expired(found: Approval) -> ApprovalExpired:
    """Return the error that says until when it held."""
    return ApprovalExpired(
        f"{_told(found)} held until {found.expires_at:%Y-%m-%d %H:%M} UTC. Nothing was done. Do it again: it is asked "
        "anew then.",
        number=found.pk,
    )


def record(found: Approval, action: str, *, by: str, before: str, reason: str) -> None:
    """Put what became of an approval on the trail, with both names. Call it last in the transaction."""
    entry = Entry(
        actor=by,
        action=action,
        subject=found.name,
        before={"state": str(before)} if before else {},
        after={"state": str(found.state), "act": found.act, "of": found.subject, "asked by": found.asker},
        reason=reason,
        evidence={"approval": found.evidence, "asked": found.asked},
    )
    audit.append(entry, now=timezone.now())


def _answered(
    number: int, *, by: Actor, wanted: str, decide: Callable[[Approval, datetime], HarnessError | None]
) -> Approval:
    """Let ``decide`` answer an approval that is asked; what it returns is raised when its end has committed."""
    require_themselves(by, subject=f"approval {number}")
    with read_committed():
        found = locked(number)
        require_second(by, found)
        if found.state != State.ASKED:
            raise _decided(found, wanted)
        now = timezone.now()
        if found.expires_at <= now:
            end(found, State.EXPIRED, by=by, why="", now=now)
            error: HarnessError | None = expired(found)
        else:
            error = decide(found, now)
    if error is not None:
        raise error
    return found


def _decide(found: Approval, state: Approval.State, *, by: Actor, reason: str, now: datetime) -> None:
    before = found.state
    write(found, state=state, decided_at=now, said=keepable(reason.strip()), **_by(by))
    record(
        found,
        "give approval" if state is State.APPROVED else "refuse approval",
        by=by.name,
        before=before,
        reason=reason,
    )


def _by(by: Actor) -> dict[str, str]:
    return {"approver": audit.actor_kept(by.name), "approver_user": by.user_id}


def _decided(found: Approval, wanted: str) -> ApprovalDecided:
    state = f"{found.state}{', passed by a superuser' if found.overridden else ''}"
    return ApprovalDecided(f"{_told(found)} is {state}: it cannot be {wanted}.")


def _told(found: Approval) -> str:
    return f"{found.name.capitalize()} ({found.act} {found.subject})"
