"""Who answers control's question: may this change of a flag go forward?"""

from collections.abc import Iterator

from migration_harness import queries
from migration_harness.control.forward import MEMBER, PILOTS
from migration_harness.control.gating import Admission, Forward
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.exceptions import Refusal
from migration_harness.models import FlagMember
from migration_harness.plan import Phase, plan
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.gates.gate import Way


def admission(forward: Forward) -> Admission:
    """Return whether the plan allows a change: of the phase of its flag, and of every flag that would gain by it.

    A flag that the plan does not name has no gates. A pilot by name passes closed gates.
    """
    if forward.is_pilot and _are_pilots_where_they_join(forward):
        return Admission(is_pilot=True)
    refused: list[Refusal] = []
    told: dict[str, str] = {}
    facts = Facts()
    for phase in _phases_of(forward):
        refused += _out_of_order(phase)
        answers = ask(phase, Way.ENTERING, facts=facts)
        told |= {f"{phase.number} {each.name}": each.answer.answer.value for each in answers}
        refused += [each.refusal for each in answers if not each.is_open]
    if refused and forward.account_ids:
        refused.append(_about_pilots(forward))
    return Admission(refused=tuple(refused), gates=told)


def _phases_of(forward: Forward) -> Iterator[Phase]:
    """Yield the phases of the flags by which an account may join the candidate, each once, in the order of the plan."""
    names = {forward.flag, *_gaining(forward, queries.snapshot())}
    yield from (phase for phase in plan().phases if names & {flag.name for flag in phase.flags})


def _gaining(forward: Forward, now: Snapshot) -> list[str]:
    """Return the flags that require this one and whose cohort may grow with its."""
    requiring = [now.flags[name] for name in now.requiring(forward.flag)]
    return [flag.name for flag in requiring if _may_hold(flag, forward.account_ids)]


def _may_hold(flag: FlagState, account_ids: tuple[str, ...]) -> bool:
    """Tell whether a flag alone has one of the accounts in its cohort; where none is named, anybody."""
    if account_ids:
        return any(flag.includes(account_id) for account_id in account_ids)
    return flag.unanimous is not False


def _are_pilots_where_they_join(forward: Forward) -> bool:
    """Tell whether the accounts are there by name, as some of a few, in every flag that they come to with this one."""
    now, named = queries.snapshot(), frozenset(forward.account_ids)
    gaining = [now.flags[name] for name in _gaining(forward, now)]
    return all(named <= flag.included and len(flag.included) <= PILOTS for flag in gaining)


def _out_of_order(phase: Phase) -> list[Refusal]:
    """Return what is refused because of phases before this one that are not complete; nothing where all are."""
    before = [each for each in queries.phase_statuses() if each.phase.number < phase.number]
    missing = [each for each in before if each.state != "complete"]
    if not missing:
        return []
    first = missing[0].phase
    state = missing[0].state.replace("_", " ")
    comes_after = f"Phase {phase.number} ({phase.name}) comes after phase {first.number} ({first.name})"
    told = f"{comes_after}, which is {state}: python manage.py harness advance {first.number}."
    return [Refusal(sentence=told, phase=first.number)]


def _about_pilots(forward: Forward) -> Refusal:
    if all(forward.after.get(f"{MEMBER}{each}") != "on" for each in forward.account_ids):
        return Refusal(sentence="An account may be tried by name, where it is included.")
    names = FlagMember.objects.filter(flag__name=forward.flag, included=True).count()
    told = f"By name {PILOTS} accounts may be tried at the stage live while gates are closed; {names} are."
    return Refusal(sentence=told)
