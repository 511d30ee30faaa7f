"""Asks whether somebody may do something; what is refused is on the audit trail before anybody is told.

Note [A refusal is never a permission]: the trail may be held up, full or out of reach. It is waited for a moment, and
what could not be written is logged. It is written in a transaction of its own, since that of the caller is given up,
and only when something is refused: whoever may roll back waits for no trail here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog
from django.utils import timezone

from migration_harness.authority.actions import ROLES, Action, Permission
from migration_harness.authority.actors import Actor, Origin
from migration_harness.database import connection, transaction
from migration_harness.exceptions import NotAllowed
from migration_harness.log.literals import keepable
from migration_harness.log.own_connection import own_connection
from migration_harness.models import AuditEvent
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

REFUSED: Final = "refuse"
"""The event of a refusal; its evidence has what was asked for."""

_BURST: Final = timedelta(minutes=1)
_MOST_OF_ONE: Final = 20
_MOST: Final = 60
"""Refusals that the trail keeps of a burst, of one actor and of all; the log has every one."""
_NEWEST: Final = 100
"""Events that are looked at for what was told already."""
_SUBJECT_CHARACTERS: Final = 150
_BEGIN: Final = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE"
_LIMITS: Final = """
SELECT set_config('lock_timeout', '500ms', true), set_config('statement_timeout', '1s', true),
       set_config('transaction_timeout', '2s', true), set_config('idle_in_transaction_session_timeout', '2s', true)
"""

log = structlog.get_logger("harness")


def require(actor: Actor, action: Action, *, subject: str = "") -> None:
    """Return where somebody may do something; else raise NotAllowed, after that was put on the audit trail.

    ``subject`` names what it would be done to, for example a flag.
    """
    if actor.may(action):
        return
    _refuse(actor, action, subject=subject, told=sentence(actor, action, subject=subject))


def refuse(actor: Actor, action: Action, *, why: str, subject: str = "") -> NoReturn:
    """Raise NotAllowed for another reason than a permission, after that was put on the audit trail."""
    _refuse(actor, action, subject=subject, told=f"{actor.name} may not {_what(action, subject)}: {why}.")


def require_one_of(actor: Actor, needed: Sequence[Action], *, subject: str = "") -> None:
    """Return where somebody may do at least one of these actions; else raise NotAllowed for the first of them."""
    if not any(actor.may(action) for action in needed):
        require(actor, needed[0], subject=subject)


def sentence(actor: Actor, action: Action, *, subject: str = "") -> str:
    """Return what is told to whoever may not do something: who, what, which permission, and who gives it."""
    what = _what(action, subject)
    return f"{actor.name} may not {what}: that needs the permission {action.permission}, {_remedy(actor, action)}."


def _what(action: Action, subject: str) -> str:
    return f"{action.words} ({subject})" if subject else action.words


def _refuse(actor: Actor, action: Action, *, subject: str, told: str) -> NoReturn:
    log.info("harness.refused", actor=actor.name, asked=action.name, subject=subject)
    _record(actor, action, subject=subject)
    raise NotAllowed(told)


def _remedy(actor: Actor, action: Action) -> str:
    if actor.origin is Origin.MACHINE:
        return "which no user of a machine has: say who you are with --as USERNAME"
    if actor.origin is Origin.GIVEN:
        return "which a token that somebody else has made for them does not have: its owner makes one themselves"
    if actor.origin is Origin.TOKEN:
        return "which this token, or its owner, does not have: a superuser gives it in the admin"
    role = ROLES.get(Permission(action.permission)) if action.permission in set(Permission) else None
    if role:
        return f"which a superuser gives in the admin, with the group {role}"
    if action.permission == Permission.OVERRIDE:
        return "which superusers alone have"
    return "which a superuser gives in the admin"


def _record(actor: Actor, action: Action, *, subject: str) -> None:
    now = timezone.now()
    entry = Entry(
        actor=actor.name,
        action=REFUSED,
        # Not the thing itself: whoever reads what became of a flag looks for events that have its name.
        subject=keepable(f"permission to {action.words}")[:_SUBJECT_CHARACTERS],
        before={},
        after={},
        reason="",
        evidence={
            "asked": action.name,
            "subject": keepable(subject)[:_SUBJECT_CHARACTERS],
            "needs": str(action.permission),
            "origin": str(actor.origin),
        },
    )
    try:
        _commit(entry, now=now)
    except Exception as error:  # noqa: BLE001  Note [A refusal is never a permission].
        log.warning("harness.refusal_not_recorded", actor=actor.name, asked=action.name, error=type(error).__name__)


def _commit(entry: Entry, *, now: datetime) -> None:
    try:
        with transaction.atomic(durable=True):
            _append(entry, now=now)
    except RuntimeError:
        # Inside a transaction of the caller's, which is given up.
        with own_connection(), transaction.atomic():
            _append(entry, now=now)


def _append(entry: Entry, *, now: datetime) -> None:
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN)
            cursor.execute(_LIMITS)
    if not _was_told(entry, now=now):
        audit.append(entry, now=now)


def _was_told(entry: Entry, *, now: datetime) -> bool:
    """Tell whether the trail has it from a moment ago, or has enough of this actor: a burst does not flood it."""
    newest = AuditEvent.objects.order_by("-id")[:_NEWEST]
    actor = audit.actor_kept(entry.actor)
    told = [event for event in newest if event.action == REFUSED and event.at > now - _BURST]
    theirs = [event for event in told if event.actor == actor]
    same = any(event.evidence == entry.evidence for event in theirs)
    return same or len(theirs) >= _MOST_OF_ONE or len(told) >= _MOST
