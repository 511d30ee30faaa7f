"""``harness gates``: what must hold to enter a phase and to leave it, and what answers it."""

from dataclasses import asdict
from typing import Annotated, Any

from typer import Argument, Exit

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import REFUSED, Json, console, print_json
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.plan import plan
from migration_harness.rollout.gates.asking import Answered
from migration_harness.rollout.gates.gate import Way
from migration_harness.rollout.standing import PhaseStanding, standing_of


@verb()
def gates(
    phase: Annotated[int | None, Argument(help="The phase; the active one where none is named.")] = None,
    *,
    json: Json = False,
) -> None:
    """Ask every gate of a phase; exit code 3 while one of them is not open."""
    found = standing_of(_phase(phase))
    if json:
        print_json(gates_json(found))
    else:
        _print(console(), found)
    if not all(each.is_open for each in found.answers):
        raise Exit(REFUSED)


def gates_json(found: PhaseStanding) -> dict[str, Any]:
    """Return the answers for scripts."""
    return {
        "phase": found.status.phase.number,
        "name": found.status.phase.name,
        "state": found.status.state,
        "gates": [each.told for each in found.answers],
        "outside_plan": [asdict(each) | {"at": each.at.isoformat()} for each in found.outside],
    }


def print_answers(out: Screen, answers: list[Answered]) -> None:
    """Print a line for each gate, and below it what would open it."""
    for found in answers:
        said = bold(found.answer.answer.value) if found.is_open else warning(found.answer.answer.value)
        out.print(f"  {found.name:<15}", said, found.answer.sentence)
        if found.answer.remedy:
            # On one line: it is to be copied.
            out.print(f"  {'':<15} → {found.answer.remedy}", soft_wrap=True)


def _phase(number: int | None) -> int:
    if number is not None:
        return number
    closed = queries.closed_phases()
    return next((phase for phase in plan().phases if phase.number not in closed), plan().phases[-1]).number


def _print(out: Screen, standing: PhaseStanding) -> None:
    phase = standing.status.phase
    out.print(bold(f"Phase {phase.number}"), phase.name)
    for way, title in ((Way.ENTERING, "before any account is live"), (Way.LEAVING, "before the next phase begins")):
        found = [each for each in standing.answers if each.way is way]
        if found:
            out.print()
            out.print(bold(way.value.capitalize()), title)
            print_answers(out, found)
    for each in standing.outside:
        out.print()
        out.print(warning("Outside the plan:"), f"{each.what}, by {each.actor} at {each.at:%Y-%m-%d %H:%M} UTC:",
                  each.reason)  # fmt: skip
