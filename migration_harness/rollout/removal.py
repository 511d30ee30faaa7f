"""Whether legacy code may be removed now, what is retired with it, and that it was: on the trail."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from migration_harness import queries
from migration_harness.authority.actors import Actor
from migration_harness.exceptions import Refusal
from migration_harness.isolation import read_committed
from migration_harness.plan import Phase, plan
from migration_harness.retire.removal.retired import Retired
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.gates.gate import Way
from migration_harness.rollout.pages import page
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry
from migration_harness.wording import cohort_text

REMOVED: Final = "remove legacy"
"""What the trail calls a deletion."""


def retired_with(number: int | None) -> Retired:
    """Return what is retired with the legacy code of one phase; without a number, of all. Raises InvalidChange."""
    phases = _phases(number)
    flags = [flag for phase in phases for flag in phase.flags]
    return Retired(
        phases=frozenset(phase.number for phase in phases),
        flags=frozenset(flag.name for flag in flags),
        seams=frozenset(seam for flag in flags for seam in flag.seams),
        drops=tuple(drop for phase in phases for drop in phase.drops),
        is_all=number is None,
    )


def refusals(number: int | None) -> list[Refusal]:
    """Return why this legacy code may not be removed yet; nothing where it may.

    Every flag has to be complete for everyone. Of one phase, its gates for leaving are asked; of all, those for
    entering the last phase of the plan, which is the one that removes. Raises InvalidChange.
    """
    return _of_flags(_phases(number)) + _of_gates(number)


def record(number: int | None, *, told: Mapping[str, Any], actor: Actor) -> None:
    """Put on the trail that the legacy code of a phase, or of all, was taken out of the tree, and how much that was."""
    entry = Entry(
        actor=actor.name,
        action=REMOVED,
        subject="all" if number is None else f"phase {number}",
        before={},
        after={},
        reason="",
        evidence=dict(told),
    )
    with read_committed():
        audit.append(entry, now=timezone.now())


def _phases(number: int | None) -> Sequence[Phase]:
    if number is not None:
        return (plan().phase(number),)
    return [phase for phase in plan().phases if phase.flags or phase.drops]


def _of_flags(phases: Sequence[Phase]) -> list[Refusal]:
    known = {flag.name: flag for flag in queries.flag_statuses(retired=True)}
    asked = [(phase.number, flag.name) for phase in phases for flag in phase.flags]
    return [
        Refusal(sentence=told, phase=number, evidence=page("flag", name))
        for number, name in asked
        if (told := _of_flag(name, known.get(name)))
    ]


def _of_flag(name: str, flag: queries.FlagStatus | None) -> str:
    if flag is None:
        return f"Nobody can tell who is on {name}: there is no such flag in the database."
    if flag.is_complete:
        return ""
    return f"{name} is at {flag.stage} for {cohort_text(flag)}, and not complete for everyone."


def _of_gates(number: int | None) -> list[Refusal]:
    phase, way = (plan().phases[-1], Way.ENTERING) if number is None else (plan().phase(number), Way.LEAVING)
    return [answered.refusal for answered in ask(phase, way, facts=Facts()) if not answered.is_open]
