"""``harness legacy executed``: who executes legacy code, which of its lines, and what nobody can know."""

from dataclasses import asdict
from typing import Annotated

from django.utils import timezone
from rich.table import Table
from rich.text import Text
from typer import Option

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.evidence.lines import ranges
from migration_harness.evidence.unused import Life
from migration_harness.queries import LegacyLife, LegacyUse
from migration_harness.queries.tombstones import DAYS


@verb()
def executed(
    *,
    days: Annotated[int, Option("--days", min=1, max=90, help="Look so many days back.")] = DAYS,
    json: Json = False,
) -> None:
    """Show of each legacy entry whether it was executed for an answer, was not, or nobody can know; and by whom."""
    found = queries.legacy_use(days=days, now=timezone.now(), by_line=True)
    if json:
        print_json(asdict(found))
    else:
        _print(console(), found)


def _print(out: Screen, found: LegacyUse) -> None:
    out.print(bold(found.answer), found.sentence)
    for each in found.lost:
        out.print(warning("evidence lost:"), each)
    if found.entries:
        rows = table("Entry", "Life", "For an answer", "Last (UTC)", "Aside", "Owner", numbers=("For an answer",))
        for entry in found.entries:
            rows.add_row(*_row(entry))
        out.print(rows)
    if any(entry.executions for entry in found.entries):
        out.print(_calls(found))
    if found.files:
        out.print(_files(found))


def _calls(found: LegacyUse) -> Table:
    """Return who called, the last one first."""
    rows = table("Entry", "Caller", "Path", "Times", "Last (UTC)", "Revision", numbers=("Times",))
    calls = [each for entry in found.entries for each in entry.executions]
    for call in sorted(calls, key=lambda call: call.last_at, reverse=True):
        last = f"{call.last_at:%Y-%m-%d %H:%M:%S}"
        rows.add_row(call.entry, call.caller, call.execution_path, f"{call.times:,}", last, call.revision[:12])
    return rows


def _files(found: LegacyUse) -> Table:
    """Return the lines of each file: those that were executed for an answer, and what is known of the others."""
    rows = table(
        "File", "Known", "Executed lines", "Other versions", "Other lines", "Life", numbers=("Other versions",)
    )
    for each in found.files:
        life = each.life.value if each.life is Life.NOT_EXECUTED else warning(each.life.value)
        executed, others = ranges(each.executed), ranges(each.others)
        rows.add_row(each.file, each.precision.value, executed, f"{each.elsewhere:,}", others, life)
    return rows


def _row(entry: LegacyLife) -> tuple[str | Text, ...]:
    last = "" if entry.last_at is None else f"{entry.last_at:%Y-%m-%d %H:%M:%S}"
    aside = ", ".join(f"{times:,} {purpose}" for purpose, times in sorted(entry.aside.items()))
    times = sum(each.times for each in entry.executions)
    life = entry.life.value if entry.life is Life.NOT_EXECUTED else warning(entry.life.value)
    return entry.entry, life, f"{times:,}", last, aside, entry.owner
