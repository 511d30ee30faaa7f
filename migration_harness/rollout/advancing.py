"""Closing a phase, which makes the next one active; and opening it again."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError
from django.utils import timezone

from migration_harness import queries
from migration_harness.authority.actions import OVERRIDE
from migration_harness.authority.actors import Actor
from migration_harness.authority.asking import require
from migration_harness.deciding.buckets import BUCKETS
from migration_harness.exceptions import GateClosed, InvalidChange, Refusal
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import PhaseAdvance
from migration_harness.plan import Phase, plan
from migration_harness.rollout.gates.asking import Answered, ask
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.gates.gate import Way
from migration_harness.rollout.pages import page
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """A phase that was closed, the one that is active now, and what the gates answered; unchanged where it was."""

    phase: Phase
    active: Phase | None
    answers: tuple[Answered, ...]
    changed: bool
    outside_plan: bool = False

    @property
    def sentence(self) -> str:
        """What was done, for a person."""
        closed = f"Phase {self.phase.number} ({self.phase.name})"
        told = f"{closed} is closed." if self.changed else f"{closed} was closed before."
        if self.active is None:
            return f"{told} It was the last."
        return f"{told} Phase {self.active.number} ({self.active.name}) is active."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What closing a phase would meet: the next phase, what each gate answers, and every reason against it."""

    following: Phase | None
    answers: tuple[Answered, ...]
    refused: tuple[Refusal, ...]


def look(phase: Phase, *, closed: Mapping[int, PhaseAdvance]) -> Sight:
    """Ask the gates for leaving a phase and for entering the next one, and nobody to close it."""
    following = next((each for each in plan().phases if each.number > phase.number), None)
    facts = Facts()
    answers = [*ask(phase, Way.LEAVING, facts=facts), *(ask(following, Way.ENTERING, facts=facts) if following else [])]
    refused = [
        *_earlier(phase, closed),
        *_not_for_everyone(phase),
        *(each.refusal for each in answers if not each.is_open),
    ]
    return Sight(following=following, answers=tuple(answers), refused=tuple(refused))


def advance(*, number: int, actor: Actor, reason: str = "", override: bool = False) -> Advanced:
    """Close a phase and make the next one active.

    Raises GateClosed where a gate for leaving it, or for entering the next one, is not open, or an earlier phase is not
    closed. A superuser passes with ``override`` and a reason, which stays on the pages as outside of the plan.
    Raises InvalidChange, NotAllowed.
    """
    phase = plan().phase(number)
    if override:
        require(actor, OVERRIDE, subject=f"phase {number}")
        if not reason.strip():
            raise InvalidChange("Passing closed gates needs a reason: it stays on the trail and on the pages.")
    closed = queries.closed_phases()
    if number in closed:
        following = next((each for each in plan().phases if each.number > number), None)
        return Advanced(phase=phase, active=following, answers=(), changed=False)
    sight = look(phase, closed=closed)
    if sight.refused and not override:
        raise GateClosed(f"Phase {number} ({phase.name}) stays open.", refused=sight.refused)
    _close(phase, sight, actor=actor, reason=reason)
    return Advanced(
        phase=phase, active=sight.following, answers=sight.answers, changed=True, outside_plan=bool(sight.refused)
    )


def reopen(*, number: int, actor: Actor, reason: str = "") -> PhaseAdvance | None:
    """Open a phase again, as nothing backward waits for a gate; None where it was not closed.

    Raises InvalidChange where a later phase is closed: that one comes first.
    """
    phase = plan().phase(number)
    with read_committed():
        closed = {row.phase: row for row in PhaseAdvance.objects.select_for_update().filter(undone_at__isnull=True)}
        if later := sorted(each for each in closed if each > number):
            raise InvalidChange(f"Phase {later[-1]} is closed as well: open it first, with advance {later[-1]} --undo.")
        row = closed.get(number)
        if row is None:
            return None
        now = timezone.now()
        row.undone_at, row.undone_by = now, audit.actor_kept(actor.name)
        row.save(update_fields=["undone_at", "undone_by"])
        audit.append(_entry(phase, actor, action="reopen phase", is_closed=False, reason=reason), now=now)
    return row


def reopened_sentence(number: int, row: PhaseAdvance | None) -> str:
    """Return what came of opening a phase again, for a person."""
    return f"Phase {number} is open again." if row else f"Phase {number} was not closed."


def _earlier(phase: Phase, closed: Mapping[int, PhaseAdvance]) -> list[Refusal]:
    missing = [each for each in plan().phases if each.number < phase.number and each.number not in closed]
    return [
        Refusal(
            sentence=f"Phase {each.number} ({each.name}) comes first: python manage.py harness advance {each.number}.",
            phase=each.number,
        )
        for each in missing[:1]
    ]


def _not_for_everyone(phase: Phase) -> list[Refusal]:
    """Return a reason for each flag of the phase that leaves somebody on the control."""
    flags = {flag.name: flag for flag in queries.flag_statuses()}
    told = []
    for planned in phase.flags:
        flag = flags.get(planned.name)
        if flag is None or flag.excluded or not (flag.everyone or flag.share_bps == BUCKETS):
            sentence = f"{planned.name} is not on for everyone: python manage.py harness flag {planned.name}."
            told.append(Refusal(sentence=sentence, phase=phase.number, evidence=page("flag", planned.name)))
    return told


def _close(phase: Phase, sight: Sight, *, actor: Actor, reason: str) -> None:
    now = timezone.now()
    gates = {f"{each.way} {each.name}": each.answer.answer.value for each in sight.answers}
    refused = [each.sentence for each in sight.refused]
    try:
        with read_committed():
            PhaseAdvance.objects.create(
                phase=phase.number,
                at=now,
                actor=audit.actor_kept(actor.name),
                reason=keepable(reason.strip()),
                gates=gates,
                refused=keepable(refused),
            )
            evidence = {"gates": gates, **({"outside_plan": refused} if refused else {})}
            audit.append(
                _entry(phase, actor, action="advance phase", is_closed=True, reason=reason, evidence=evidence), now=now
            )
    except IntegrityError:
        # Somebody else closed it at the same time, by the same gates.
        return


def _entry(
    phase: Phase,
    actor: Actor,
    *,
    action: str,
    is_closed: bool,
    reason: str,
    evidence: Mapping[str, object] | None = None,
) -> Entry:
    return Entry(
        actor=actor.name,
        action=action,
        subject=f"phase {phase.number}",
        before={"closed": not is_closed},
        after={"closed": is_closed},
        reason=reason,
        evidence=dict(evidence or {}),
    )
