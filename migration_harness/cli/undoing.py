"""``harness rollback --phase N`` of a phase without flags: what it has put into the database is taken out again."""

import sys
from pathlib import Path
from typing import Any

from typer import confirm

from migration_harness.authority import actions
from migration_harness.cli.acting import ask, whoever
from migration_harness.cli.migrate import losses_table
from migration_harness.cli.output import console, print_json, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, warning
from migration_harness.exceptions import InvalidChange
from migration_harness.plan import Phase
from migration_harness.rollout.revision import running_revision
from migration_harness.schema.undoing import Undone, undo
from migration_harness.schema.way_back import WayBack, refuse_in_use, way_back_of


def undo_phase(phase: Phase, *, backup: Path | None, lose: bool, yes: bool, reason: str, json: bool) -> None:
    """Show what is lost, ask, copy it, and undo the schema of a phase."""
    ask(actions.MIGRATE, subject=f"phase {phase.number}")
    way = way_back_of(phase.number)
    if way.undone:
        refuse_in_use(way)
        if not json:
            _print_way(way)
        _confirm(way, backup=backup, lose=lose, yes=yes)
    with progress() as shown:
        bar = shown.add_task("Copying", total=None)
        done = undo(
            way,
            path=None if lose else backup,
            actor=whoever(),
            reason=reason,
            revision=running_revision().name,
            on_progress=lambda rows: shown.advance(bar, rows),
        )
    with telling(_sentence(done)):
        if json:
            print_json(_as_json(done))
        else:
            _print_done(done)


def _confirm(way: WayBack, *, backup: Path | None, lose: bool, yes: bool) -> None:
    """Raise InvalidChange where nobody has said what becomes of the rows, or nobody can be asked."""
    if backup is not None and lose:
        raise InvalidChange("Say --backup FILE or --without-backup, not both. Nothing was undone.")
    if way.rows and backup is None and not lose:
        raise InvalidChange(
            "That has rows: say --backup FILE, where they are kept, or --without-backup, where they may be lost. "
            "Nothing was undone."
        )
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidChange("Nobody can be asked here whether to undo that: add --yes. Nothing was undone.")
    question = "Undo that? Nothing brings the rows back." if backup is None else "Undo that?"
    confirm(question, abort=True, err=True)


def _print_way(way: WayBack) -> None:
    out = console()
    out.print(bold(f"Phase {way.phase.number} ({way.phase.name})"), f"Its way back: {way.phase.way_back}.")
    for each in way.along:
        out.print(f"  with it goes phase {each.number} ({each.name}), whose schema stands on this one's")
    for app, name in way.undone:
        out.print(f"  undoes {app}.{name}")
    if way.losses:
        out.print(losses_table(way.losses))


def _sentence(done: Undone) -> str:
    way = done.way
    if not way.undone:
        return f"Phase {way.phase.number} has nothing in the database: there was nothing to undo."
    numbers = [str(each.number) for each in (way.phase, *way.along)]
    return f"The schema of phase{'s' if way.along else ''} {' and '.join(numbers)} is undone."


def _print_done(done: Undone) -> None:
    out = console()
    out.print(bold(_sentence(done)))
    if done.backup is not None:
        out.print(f"What was lost is in {done.backup.path}: {done.backup.rows:,} rows.")
    elif done.way.undone:
        out.print(warning("No backup was made."))
    for number, command in enumerate(done.ways_forward):
        out.print(f"  {'' if number else 'way forward':<15} {command}", soft_wrap=True)


def _as_json(done: Undone) -> dict[str, Any]:
    way, made = done.way, done.backup
    return {
        "phase": way.phase.number,
        "along": [each.number for each in way.along],
        "undone": [".".join(key) for key in way.undone],
        "lost": [
            {"table": loss.taken.table, "column": loss.taken.column, "rows": loss.rows, "sentence": str(loss.taken)}
            for loss in way.losses
        ],
        "backup": None
        if made is None
        else {"file": str(made.path), "backup": made.header.id, "sha256": made.sha256, "rows": made.rows},
        "way_forward": list(done.ways_forward),
    }
