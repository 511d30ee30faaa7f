"""``harness advance``: close a phase, which makes the next one active; or open it again."""

from typing import Annotated

from typer import Argument, Option

from migration_harness.authority import actions
from migration_harness.cli.acting import ask, verb, whoever
from migration_harness.cli.gates import print_answers
from migration_harness.cli.output import Json, Override, Reason, console, override_named, print_json, telling
from migration_harness.cli.screen import bold, warning
from migration_harness.rollout import advancing


@verb(actions.ADVANCE, approves=True)
def advance(
    phase: Annotated[int, Argument(help="The phase that is to be closed.")],
    *,
    undo: Annotated[bool, Option("--undo", help="Open it again; no gate is asked.")] = False,
    override: Override = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Close a phase and make the next one active, where all gates between them are open."""
    if undo:
        _reopen(phase, reason=reason, json=json)
        return
    if override:
        ask(actions.OVERRIDE, subject=f"phase {phase}")
    with override_named():
        done = advancing.advance(number=phase, actor=whoever(), reason=reason, override=override)
    with telling(done.sentence):
        if json:
            print_json(
                {
                    "phase": phase,
                    "changed": done.changed,
                    "active": done.active.number if done.active else None,
                    "outside_plan": done.outside_plan,
                    "gates": [each.told for each in done.answers],
                }
            )
            return
        out = console()
        out.print(bold(done.sentence))
        if done.outside_plan:
            out.print(warning("Outside the plan:"), "gates were not open.")
        print_answers(out, list(done.answers))


def _reopen(number: int, *, reason: str, json: bool) -> None:
    row = advancing.reopen(number=number, actor=whoever(), reason=reason)
    told = advancing.reopened_sentence(number, row)
    with telling(told):
        if json:
            print_json({"phase": number, "changed": row is not None})
        else:
            console().print(bold(told))
