"""``harness legacy executed``: who executes legacy code or uses its data, and what nobody can know or only declares."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from rich.table import Table
from rich.text import Text
from typer import Option, confirm

from migration_harness import queries
from migration_harness.authority.actions import DECLARE
from migration_harness.cli.acting import ask, verb, whoever
from migration_harness.cli.output import Json, Reason, console, print_json, table, telling
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.evidence.life import Life
from migration_harness.evidence.lines import ranges
from migration_harness.exceptions import InvalidChange
from migration_harness.queries import LegacyLife, LegacyUse
from migration_harness.queries.tombstones import DAYS
from migration_harness.rollout import declaring
from migration_harness.wording import counted


@verb(approves=True)
def executed(
    *,
    days: Annotated[int, Option("--days", min=1, max=90, help="Look so many days back.")] = DAYS,
    nobody_else: Annotated[
        bool, Option("--nobody-else", help="Declare that no other program uses legacy data; superusers alone.")
    ] = False,
    until: Annotated[
        datetime | None, Option("--until", formats=["%Y-%m-%d"], help="With --nobody-else: its last day, in UTC.")
    ] = None,
    somebody_else: Annotated[bool, Option("--somebody-else", help="End what was declared.")] = False,
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Show of each legacy entry and table whether it was executed for an answer, was not, or nobody can know."""
    if nobody_else or somebody_else:
        if nobody_else and somebody_else:
            raise InvalidChange("--nobody-else and --somebody-else exclude each other. Nothing was changed.")
        _declare(until=until, ends=somebody_else, yes=yes, reason=reason, json=json)
        return
    if until is not None:
        raise InvalidChange("--until goes with --nobody-else. Nothing was changed.")
    found = queries.legacy_use(days=days, now=timezone.now(), by_line=True)
    if json:
        print_json(asdict(found))
    else:
        _print(console(), found)


def _declare(*, until: datetime | None, ends: bool, yes: bool, reason: str, json: bool) -> None:
    ask(DECLARE, subject=declaring.SUBJECT)
    if ends:
        ended = declaring.end_declarations(actor=whoever(), reason=reason)
        told = f"{counted(ended, 'declaration')} ended." if ended else "No declaration held."
        said: dict[str, Any] = {"ended": ended}
    else:
        _confirm(yes=yes)
        # The last day is one of those on which it holds.
        end = None if until is None else until.replace(tzinfo=UTC) + timedelta(days=1)
        row = declaring.declare_nobody_else(actor=whoever(), reason=reason, until=end)
        end_of = f"{row.until:%Y-%m-%d %H:%M} UTC"
        told = f"Declared on your word until {end_of}, not proven: nobody else uses legacy data."
        said = {"declaration": row.pk, "actor": row.actor, "until": row.until}
    with telling(told):
        if json:
            print_json(said)
        else:
            console().print(told)


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidChange("Nobody can be asked here whether to declare it: add --yes. Nothing was declared.")
    confirm(
        "Say on your word that no other program reads or writes what the deletion drops? It stays on the trail.",
        abort=True,
        err=True,
    )


def _print(out: Screen, found: LegacyUse) -> None:
    out.print(bold(found.answer), found.sentence)
    for each in found.lost:
        out.print(warning("evidence lost:"), each)
    if found.entries:
        rows = table("Entry", "Life", "For an answer", "Last (UTC)", "Aside", "Owner", numbers=("For an answer",))
        for entry in found.entries:
            rows.add_row(*_row(entry))
        out.print(rows)
    if found.tables:
        out.print(_tables(found))
    if found.declared is not None:
        out.print(
            warning("declared, not proven:"),
            f"nobody else uses legacy data, by {found.declared.actor} until {found.declared.until:%Y-%m-%d %H:%M}:",
            found.declared.reason,
        )
    if any(entry.executions for entry in found.entries):
        out.print(_calls(found))
    if found.files:
        out.print(_files(found))


def _tables(found: LegacyUse) -> Table:
    """Return what is known of tables past the tombstones, whoever used them."""
    rows = table("Table", "Goes", "Life", "What is known")
    for each in found.tables:
        life = each.life.value if each.life is Life.NOT_EXECUTED else warning(each.life.value)
        rows.add_row(each.table, "as a whole" if each.whole else "some columns", life, each.sentence)
    return rows


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
