"""Makes a forecast: what the host's source answers, added up by account, operation, model and plan."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from migration_harness.accounts import AccountInfo, directory
from migration_harness.deciding.purpose import for_the_harness
from migration_harness.exceptions import ForecastRefused
from migration_harness.money.forecast.answer import Forecast
from migration_harness.money.forecast.lines import AccountLine, Line
from migration_harness.money.forecast.money import Change, Sum
from migration_harness.money.forecast.running_dry import runs_dry
from migration_harness.money.forecast.source import (
    ForecastQuestion,
    ForecastSource,
    OnProgress,
    Period,
    PricedCalls,
    forecast_source,
    say_nothing,
)
from migration_harness.money.forecast.tally import Tally, lines_of, sum_of
from migration_harness.tombstones.own_reads import own_reading

NO_PLAN: Final = "(no plan)"


@for_the_harness()
def forecast(
    *,
    question: ForecastQuestion,
    on_progress: OnProgress = say_nothing,
    note: Callable[[PricedCalls], None] | None = None,
) -> Forecast:
    """Price the recorded calls on both sides; reads only. Raises HarnessError for what cannot be read or priced.

    ``note`` is called with each group of priced calls, as it comes.
    """
    source = forecast_source(question)
    inputs = _inputs(source)
    tally = Tally()
    for group in source.groups(on_progress=on_progress):
        tally.add(group)
        if note is not None and isinstance(group, PricedCalls):
            note(group)
    if _inputs(source) != inputs:
        raise ForecastRefused("Prices were changed while the forecast was made. Make it again.")
    period = source.period()
    accounts = _account_lines(tally.accounts, period, now=question.until)
    return Forecast(
        question=question,
        at=question.until,
        period=period,
        digest=source.digest(),
        inputs=inputs,
        totals=tally.total.change,
        accounts=accounts,
        operations=lines_of(tally.operations),
        models=lines_of(tally.models),
        plans=_plans(accounts),
        unpriced=tally.unpriced_lines(),
    )


@own_reading()
def _inputs(source: ForecastSource) -> dict[str, str]:
    return dict(source.inputs())


def _account_lines(sums: dict[str, Sum], period: Period | None, *, now: datetime) -> tuple[AccountLine, ...]:
    known = directory().describe(sums)
    lines = [_account_line(i, found.change, known.get(i), period, now) for i, found in sums.items()]
    return tuple(sorted(lines, key=lambda line: (line.change.credits, line.account_id)))


def _account_line(
    account_id: str, change: Change, info: AccountInfo | None, period: Period | None, now: datetime
) -> AccountLine:
    dry = None
    if info is not None and info.balance is not None and period is not None:
        dry = runs_dry(
            balance=info.balance,
            before=change.before.credits,
            after=change.after.credits,
            seconds=period.seconds,
            now=now,
        )
    return AccountLine(
        account_id=account_id,
        name=info.name if info else f"account {account_id}",
        plan=(info.plan if info else "") or NO_PLAN,
        change=change,
        dry=dry,
    )


def _plans(accounts: Sequence[AccountLine]) -> tuple[Line, ...]:
    sums: dict[str, Sum] = {}
    for line in accounts:
        found = sum_of(sums, line.plan)
        found.add(calls=line.change.calls, before=line.change.before, after=line.change.after)
        found.unpriced += line.change.unpriced
    return lines_of(sums)
