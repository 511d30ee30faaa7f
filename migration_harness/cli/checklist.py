"""``harness checklist``: what people do by hand in a phase; ticked off, or taken back."""

from dataclasses import asdict
from typing import Annotated

from typer import Argument, Option

from migration_harness.authority import actions
from migration_harness.cli.acting import ask, verb, whoever
from migration_harness.cli.output import Json, Reason, console, print_json, table, telling
from migration_harness.exceptions import InvalidChange
from migration_harness.plan import plan
from migration_harness.rollout import checklists


@verb()
def checklist(
    phase: Annotated[int, Argument(help="The phase.")],
    *,
    tick: Annotated[int | None, Option("--tick", help="Tick off the item of this number.")] = None,
    untick: Annotated[int | None, Option("--untick", help="Take the tick of this item back.")] = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Show the checklist of a phase, or tick an item off; ``--reason`` is kept as a note."""
    if tick is not None and untick is not None:
        raise InvalidChange("--tick and --untick exclude each other.")
    chosen = plan().phase(phase)
    done = "Nothing was changed."
    if tick is not None or untick is not None:
        ask(actions.CHECKLIST, subject=f"phase {phase}")
    if tick is not None:
        found = checklists.tick(phase=chosen, number=tick, actor=whoever(), note=reason)
        done = f"Item {tick} is ticked: {found.item}."
    if untick is not None:
        found = checklists.untick(phase=chosen, number=untick, actor=whoever(), note=reason)
        done = f"Item {untick} is open: {found.item}."
    with telling(done):
        items = checklists.checklist_of(chosen)
        if json:
            print_json({"phase": phase, "items": [asdict(item) for item in items]})
            return
        rows = table("No.", "Item", "Done by", "At", "Note", numbers=("No.",))
        for item in items:
            at = f"{item.ticked_at:%Y-%m-%d %H:%M}" if item.ticked_at else ""
            rows.add_row(str(item.number), item.item, item.actor, at, item.note)
        out = console()
        out.print(rows if items else f"Phase {phase} has nothing to do by hand.")
