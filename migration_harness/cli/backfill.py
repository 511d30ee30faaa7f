"""``harness backfill``: fill the new store of a flag from the legacy one."""

from dataclasses import asdict
from typing import Annotated, Any

from typer import Argument, Exit, Option

from migration_harness.authority import actions
from migration_harness.cli.acting import actor, ask, verb
from migration_harness.cli.output import FAILED, Json, Reason, console, print_json, table, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, warning
from migration_harness.control import backfill as filling
from migration_harness.control.backfill import Backfill, Outcome


@verb()
def backfill(
    name: Annotated[str, Argument(help="The flag.")],
    *,
    yes: Annotated[bool, Option("--yes", help="Write; without it nothing is changed.")] = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Copy to the new store what it lacks, and overwrite nothing; a dry run without --yes."""
    if yes:
        ask(actions.STORES, subject=name)
    with progress() as shown:
        bar = shown.add_task("Filling" if yes else "Looking", total=None)
        found = filling.backfill(
            flag=name,
            actor=actor(),
            write=yes,
            reason=reason,
            on_progress=lambda done, total: shown.update(bar, completed=done, total=total),
        )
    with telling(f"{found.flag}: {found.count(Outcome.FILLED):,} keys filled." if found.written else ""):
        if json:
            print_json(_as_json(found))
        else:
            _print(found)
    if not found.is_whole:
        raise Exit(FAILED)


def _as_json(found: Backfill) -> dict[str, Any]:
    counts = {outcome.value: found.count(outcome) for outcome in Outcome}
    return asdict(found) | {"counts": counts, "is_whole": found.is_whole}


def _print(found: Backfill) -> None:
    out = console()
    rows = table("Key", "Outcome", "Legacy", "New")
    for each in found.keys:
        rows.add_row(each.key, _told(each.outcome, written=found.written), each.control or "–", each.candidate or "–")
    if found.keys:
        out.print(rows)
    for each in found.keys:
        if each.note:
            out.print(warning(f"{each.key}:"), each.note)
    filled = found.count(Outcome.FILLED)
    if found.written:
        out.print(bold(found.flag), f"{filled:,} filled, {found.count(Outcome.EQUAL):,} were equal.")
    else:
        out.print(f"Nothing was written. {filled:,} would be filled: add --yes")
    if not found.follows:
        out.print("What is written from now on reaches the legacy store alone. To keep the new one up to date:")
        out.print(f"  python manage.py harness flag {found.flag} --baseline dualwrite")


def _told(outcome: Outcome, *, written: bool) -> str:
    return "would be filled" if outcome is Outcome.FILLED and not written else outcome.value
