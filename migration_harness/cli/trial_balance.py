"""``harness trial-balance``: whether every invariant of the ledger, its evidence and the trail holds."""

from dataclasses import asdict
from typing import Annotated

from typer import Exit, Option

from migration_harness.cli.acting import verb
from migration_harness.cli.output import FAILED, Json, console, print_json, table
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import good, warning
from migration_harness.evidence.findings import Answer
from migration_harness.money.trial_balance import TrialBalance, check, check_all


@verb()
def trial_balance(
    *,
    full: Annotated[bool, Option("--full", help="Look at every row again, however old.")] = False,
    json: Json = False,
) -> None:
    """Check what is new in the books, or with --full every row, and name the rows that break an invariant."""
    balance = _looked_at_all() if full else check()
    if json:
        print_json(asdict(balance))
    else:
        _print(balance)
    if balance.finding.answer is not Answer.OPEN:
        raise Exit(FAILED)


def _looked_at_all() -> TrialBalance:
    with progress() as shown:
        bar = shown.add_task("Checking the books", total=None)
        return check_all(on_progress=lambda done, total: shown.update(bar, completed=done, total=total))


def _print(balance: TrialBalance) -> None:
    out = console()
    holds = balance.finding.answer is Answer.OPEN
    out.print((good if holds else warning)(balance.finding.answer.value), balance.finding.sentence)
    if balance.broken:
        rows = table("Since (UTC)", "Law", "Account", "What is wrong")
        for each in balance.broken:
            rows.add_row(f"{each.since:%Y-%m-%d %H:%M:%S}", each.law, each.account_id, each.sentence)
        out.print(rows)
    if balance.entries_to is not None:
        out.print(f"Checked up to entry {balance.entries_to:,}.")
    ways = table("Looked at again", "Times", "Last to its end (UTC)", "Now", numbers=("Times",))
    for way in balance.ways:
        finished = "never" if way.finished_at is None else f"{way.finished_at:%Y-%m-%d %H:%M:%S}"
        ways.add_row(way.name, f"{way.rounds:,}", finished, "at once" if way.is_due else "by and by")
    out.print(ways)
