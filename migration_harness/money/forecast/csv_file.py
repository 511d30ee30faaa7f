"""A forecast as a CSV file: one line for each account, operation, model and plan, and one for all."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from migration_harness.exceptions import ForecastRefused
from migration_harness.money.forecast.answer import Forecast
from migration_harness.money.forecast.money import Change
from migration_harness.money.forecast.told import account_json, change_json
from migration_harness.printing import cell

COLUMNS: Final = (
    "by", "id", "name", "plan", "calls", "unpriced_calls", "credits_before", "credits_after", "revenue_usd_before",
    "revenue_usd_after", "cost_usd_before", "cost_usd_after", "margin_usd_before", "margin_usd_after", "balance",
    "runs_dry_before", "runs_dry_after",
)  # fmt: skip
"""``by`` says of what a line is: total, account, operation, model or plan."""

_MONEY: Final = ("credits", "revenue_usd", "cost_usd", "margin_usd")


def write_csv(found: Forecast, path: Path) -> int:
    """Write a forecast to a file; returns how many lines. Raises ForecastRefused where it cannot be written."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            return sum(1 for row in _rows(found) if writer.writerow(row))
    except OSError as error:
        raise ForecastRefused(f"{path}: {error.strerror}. Name a file that can be written.") from None


def _rows(found: Forecast) -> Iterator[dict[str, Any]]:
    yield {"by": "total", "name": "all calls", **_numbers(found.totals)}
    for account in found.accounts:
        told = account_json(account)
        kept = {name: told[name] for name in ("balance", "runs_dry_before", "runs_dry_after")}
        names = {"id": cell(account.account_id), "name": cell(account.name), "plan": cell(account.plan)}
        yield {"by": "account", **names, **_numbers(account.change), **kept}
    for by, lines in (("operation", found.operations), ("model", found.models), ("plan", found.plans)):
        for line in lines:
            yield {"by": by, "name": cell(line.name), **_numbers(line.change)}


def _numbers(change: Change) -> dict[str, Any]:
    told = change_json(change)
    money = {f"{name}_{side}": told[side][name] for name in _MONEY for side in ("before", "after")}
    return {"calls": change.calls, "unpriced_calls": change.unpriced, **money}
