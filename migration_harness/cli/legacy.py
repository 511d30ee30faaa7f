"""``harness legacy``: what legacy code remains, who executes it, its removal, and the way back from that."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

from django_typer.management import Typer
from typer import Option

from migration_harness.cli import executed, legacy_backup
from migration_harness.cli.acting import verb
from migration_harness.cli.legacy_remove import remove_legacy
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.queries.remains import legacy_lines, remains
from migration_harness.retire.scan import Remains, count, told

_MOST_CHARACTERS: Final = 200
"""Of a line that is shown; a minified file is one line."""


@verb()
def scan(
    *,
    root: Annotated[
        Path | None, Option(exists=True, file_okay=False, help="Another tree than this one, for example a copy.")
    ] = None,
    as_if_complete: Annotated[
        bool,
        Option("--as-if-complete", help="What only seams reach, as if every flag were complete for everyone."),
    ] = False,
    json: Json = False,
) -> None:
    """Report what legacy code remains, by the plan's list; reads files and the schema, and changes nothing."""
    lines = legacy_lines()
    if not lines:
        raise HarnessMisconfigured("The plan declares no legacy code: give it legacy=(LegacyLine(…), …).")
    with progress() as bar:
        task = bar.add_task("Looking for what remains", total=len(lines))
        found = remains(lines, root=root, as_if_complete=as_if_complete, on_line=lambda: bar.advance(task))
    if json:
        print_json({"remaining": count(found), "lines": [_as_json(each) for each in found]})
    else:
        _print(console(), found)


def _as_json(found: Remains) -> dict[str, Any]:
    places = [asdict(place) for place in found.places]
    return {
        "name": found.line.name,
        "sentence": found.line.sentence,
        "findings": places,
        "unseen": list(found.unseen),
    }


def _print(out: Screen, found: list[Remains]) -> None:
    for each in found:
        left = warning(f"{len(each.places):,} remain") if each.places else "none remains"
        if each.unseen and not each.places:
            left = warning(f"unknown, there is nothing to look at here: {', '.join(each.unseen)}")
        out.print(bold(each.line.sentence), f"({each.line.name}):", left)
        if each.places:
            rows = table("  Place", "Text")
            for place in each.places:
                rows.add_row(f"  {place.where}", place.text[:_MOST_CHARACTERS])
            out.print(rows)
    out.print()
    out.print(told(found))


app: Any = Typer(help="Find what legacy code remains and who executes it, remove it, and keep a way back.")
app.command("scan")(scan)
app.command("executed")(executed.executed)
app.command("backup")(legacy_backup.backup)
app.command("verify")(legacy_backup.verify)
app.command("restore")(legacy_backup.restore)
app.command("remove")(remove_legacy)
