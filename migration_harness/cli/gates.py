"""``harness gates``: what must hold to enter a phase and to leave it, and what answers it."""

from typing import Annotated, Any

from typer import Argument, Exit

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import REFUSED, Json, console, print_json
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.control import outside_plan
from migration_harness.plan import Phase, plan
from migration_harness.rollout.gates.asking import Answered, ask_both
from migration_harness.rollout.gates.gate import Way


@verb()
def gates(
    phase: Annotated[int | None, Argument(help="The phase; the active one where none is named.")] = None,
    *,
    json: Json = False,
) -> None:
    """Ask every gate of a phase; exit code 3 while one of them is not open."""
    chosen = _phase(phase)
    answers = ask_both(chosen)
    if json:
        print_json(gates_json(chosen, answers))
    else:
        _print(console(), chosen, answers)
    if not all(each.is_open for each in answers):
        raise Exit(REFUSED)


def gates_json(phase: Phase, answers: list[Answered]) -> dict[str, Any]:
    """Return the answers for scripts."""
    return {
        "phase": phase.number,
        "name": phase.name,
        "state": next(each.state for each in queries.phase_statuses() if each.phase.number == phase.number),
        "gates": [answered_json(each) for each in answers],
        "outside_plan": [
            {
                "flag": row.flag,
                "epoch": row.epoch,
                "actor": row.actor,
                "reason": row.reason,
                "at": row.at.isoformat(),
                "refused": row.refused,
            }
            for row in outside_plan.standing()
            if row.flag in {flag.name for flag in phase.flags}
        ],
    }


def answered_json(found: Answered) -> dict[str, Any]:
    """Return one answer for scripts."""
    return {
        "gate": found.name,
        "way": found.way.value,
        "words": found.words,
        "answer": found.answer.answer.value,
        "sentence": found.answer.sentence,
        "remedy": found.answer.remedy,
        "evidence": found.answer.evidence,
    }


def print_answers(out: Screen, answers: list[Answered]) -> None:
    """Print a line for each gate, and below it what would open it."""
    for found in answers:
        said = bold(found.answer.answer.value) if found.is_open else warning(found.answer.answer.value)
        out.print(f"  {found.name:<15}", said, found.answer.sentence)
        if found.answer.remedy:
            # On one line: it is to be copied.
            out.print(f"  {'':<15} → {found.answer.remedy}", soft_wrap=True)


def _phase(number: int | None) -> Phase:
    if number is not None:
        return plan().phase(number)
    closed = queries.closed_phases()
    return next((phase for phase in plan().phases if phase.number not in closed), plan().phases[-1])


def _print(out: Screen, phase: Phase, answers: list[Answered]) -> None:
    out.print(bold(f"Phase {phase.number}"), phase.name)
    for way, title in ((Way.ENTERING, "before any account is live"), (Way.LEAVING, "before the next phase begins")):
        found = [each for each in answers if each.way is way]
        if found:
            out.print()
            out.print(bold(way.value.capitalize()), title)
            print_answers(out, found)
    for row in outside_plan.standing():
        if row.flag in {flag.name for flag in phase.flags}:
            out.print()
            out.print(warning("Outside the plan:"), f"{row.flag}, by {row.actor} at {row.at:%Y-%m-%d %H:%M} UTC:",
                      row.reason)  # fmt: skip
