"""Somebody outside answers a gate: a CI job, a finance system. What was answered stays; the newest answer counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import InvalidChange
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import ExternalAnswer
from migration_harness.plan import Phase
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody outside answers.

    Attributes:
        is_open: Whether the gate may be passed.
        sentence: Why, for a person.
        link: The address of what it rests on; empty where there is none.
        expires_at: Until when it holds; None, or later than the plan allows: as long as the plan allows.
    """

    is_open: bool
    sentence: str
    link: str = ""
    expires_at: datetime | None = None


def answer_gate(*, phase: Phase, gate: str, said: Said, actor: Actor, token: str = "") -> ExternalAnswer:
    """Put an answer down, and on the trail; ``token`` is how the token begins that was sent.

    Raises UnknownGate, and InvalidChange for a gate that evidence answers, and for an answer that is over already.
    """
    declared, now = phase.gate_outside(gate), timezone.now()
    latest = now + timedelta(hours=declared.hours)
    expires_at = min(said.expires_at or latest, latest)
    if expires_at <= now:
        raise InvalidChange(
            f"The answer would be over already, at {expires_at:%Y-%m-%d %H:%M:%S} UTC. Nothing was put down: say a "
            "later time, or none."
        )
    with read_committed():
        before = _newest(phase, gate)
        row: ExternalAnswer = ExternalAnswer.objects.create(
            phase=phase.number,
            gate=gate,
            is_open=said.is_open,
            sentence=keepable(said.sentence),
            link=keepable(said.link),
            actor=audit.actor_kept(actor.name),
            token=token,
            at=now,
            expires_at=expires_at,
        )
        audit.append(_entry(row, before, actor), now=now)
    return row


def word_of(row: ExternalAnswer) -> Answer:
    """Return what an answer says of its gate, whether it still holds or not."""
    return Answer.OPEN if row.is_open else Answer.CLOSED


def _newest(phase: Phase, gate: str) -> ExternalAnswer | None:
    return ExternalAnswer.objects.filter(phase=phase.number, gate=gate).order_by("-id").first()


def _entry(row: ExternalAnswer, before: ExternalAnswer | None, actor: Actor) -> Entry:
    return Entry(
        actor=actor.name,
        action="answer gate",
        subject=f"phase {row.phase}",
        before={row.gate: word_of(before).value} if before else {},
        after={row.gate: word_of(row).value},
        reason=row.sentence,
        evidence={"token": row.token, "link": row.link, "expires": row.expires_at.isoformat()},
    )
