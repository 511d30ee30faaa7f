"""How a forecast is printed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rich.table import Table

from migration_harness.cli.output import table
from migration_harness.cli.screen import Screen, bold
from migration_harness.money.forecast.answer import NAMED, Forecast
from migration_harness.money.forecast.lines import AccountLine, Line
from migration_harness.money.forecast.money import Change
from migration_harness.money.forecast.running_dry import HORIZON_DAYS
from migration_harness.money.forecast.told import NO_REFILL, UNCHANGED_TOKENS, change_json, dollars, headline

_NUMBERS: Final = ("Calls", "Credits before", "after", "Change", "Revenue before", "after", "Cost before", "after")


def print_forecast(out: Screen, found: Forecast) -> None:
    """Print the change of the totals first, then every table."""
    out.print(bold(headline(change_json(found.totals))))
    out.print(UNCHANGED_TOKENS)
    out.print(f"{found.digest}, as if {', '.join(sorted(found.question.flags))} were on for everybody.")
    if found.period is not None:
        times = " to ".join(f"{at:%Y-%m-%d %H:%M:%S}" for at in (found.period.start, found.period.end))
        out.print(f"Calls from {times} UTC. Amounts are in USD.")
    _print_unpriced(out, found)
    for title, lines in (("Operation", found.operations), ("Model", found.models), ("Plan", found.plans)):
        if lines:
            out.print()
            out.print(_changes(title, lines))
    _print_accounts(out, found)
    _print_dry(out, found)


def _changes(title: str, lines: Sequence[Line]) -> Table:
    made = _money_table(title)
    for line in lines:
        made.add_row(line.name, *_cells(line.change))
    return made


def _money_table(*names: str) -> Table:
    made = table(*names)
    for heading in _NUMBERS:
        made.add_column(heading, justify="right", no_wrap=True)
    return made


def _cells(change: Change) -> list[str]:
    before, after = change.before, change.after
    pairs: list[tuple[Decimal, Decimal]] = [
        (before.revenue_usd, after.revenue_usd),
        (before.cost_usd, after.cost_usd),
    ]
    usd = [dollars(amount) for pair in pairs for amount in pair]
    return [f"{change.calls:,}", f"{before.credits:,}", f"{after.credits:,}", f"{change.credits:+,}", *usd]


def _print_unpriced(out: Screen, found: Forecast) -> None:
    if not found.unpriced:
        return
    numbers = ("Calls", "Accounts", "Credits before")
    rows = table("Operation", "Model", "Left out of every sum, because", *numbers, numbers=numbers)
    for line in found.unpriced:
        before = "–" if line.credits_before is None else f"{line.credits_before:,}"
        names = (line.operation, line.model, line.reason)
        rows.add_row(*names, f"{line.calls:,}", f"{line.accounts:,}", before)
    out.print()
    out.print(rows)


def _print_accounts(out: Screen, found: Forecast) -> None:
    if not found.accounts:
        return
    numbers = ("Accounts",)
    rows = table("Accounts that pay", *numbers, numbers=numbers)
    for each in found.histogram:
        if each.accounts:
            rows.add_row(each.says, f"{each.accounts:,}")
    out.print()
    out.print(rows)
    spread = ", ".join(f"{percent} %: {value:+,}" for percent, value in found.quantiles.items())
    out.print(f"Change in credits of an account, by percent of the accounts: {spread}")
    for title, lines in (("Gains most", found.gain_most), ("Loses most", found.lose_most)):
        if lines:
            out.print()
            made = _money_table(title, "Plan")
            for line in lines:
                made.add_row(line.name, line.plan, *_cells(line.change))
            out.print(made)


def _print_dry(out: Screen, found: Forecast) -> None:
    if not found.accounts:
        return
    out.print()
    out.print(
        bold(f"{len(found.dry):,} accounts would run dry within {HORIZON_DAYS} days,"),
        f"{found.dry_before:,} by today's prices. {NO_REFILL}",
    )
    if found.dry:
        rows = table("Runs dry", "Plan", "Balance", "before (UTC)", "after (UTC)", numbers=("Balance",))
        for line in found.dry[:NAMED]:
            rows.add_row(line.name, line.plan, *_dry_cells(line))
        out.print(rows)


def _dry_cells(line: AccountLine) -> list[str]:
    assert line.dry is not None  # noqa: S101  For the type checker: it is one that runs dry.
    times = [f"{at:%Y-%m-%d %H:%M}" if at else "–" for at in (line.dry.before_at, line.dry.after_at)]
    return [f"{line.dry.balance:,}", *times]
