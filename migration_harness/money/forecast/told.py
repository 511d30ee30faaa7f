"""A forecast in words and as plain data: what command, page and API say alike."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from migration_harness.money.forecast.answer import NAMED, Forecast
from migration_harness.money.forecast.lines import AccountLine, Line, UnpricedLine
from migration_harness.money.forecast.money import Change, Money
from migration_harness.queries.exact import plain

UNCHANGED_TOKENS: Final = (
    "The token counts are those that were recorded: another model would answer the same requests with other counts."
)
NO_REFILL: Final = "Balances are as they are now, used at the rate of the period; no credits are added."


def as_json(found: Forecast, *, with_accounts: bool = True) -> dict[str, Any]:
    """Return a forecast as scripts read it: exact numbers, USD as decimal text."""
    told = {
        "at": found.at.isoformat(),
        "calls_of": found.digest,
        "period": _period(found),
        "flags": sorted(found.question.flags),
        "moves_defaults": found.question.moves_defaults,
        "tokens": UNCHANGED_TOKENS,
        "headline": headline(change_json(found.totals)),
        "totals": change_json(found.totals),
        "operations": [_line(each) for each in found.operations],
        "models": [_line(each) for each in found.models],
        "plans": [_line(each) for each in found.plans],
        "accounts_in_all": len(found.accounts),
        "gain_most": [account_json(each) for each in found.gain_most],
        "lose_most": [account_json(each) for each in found.lose_most],
        "distribution": {
            "credits_by_percent_of_accounts": {str(percent): value for percent, value in found.quantiles.items()},
            "accounts": [{"change": each.says, "accounts": each.accounts} for each in found.histogram],
        },
        "dry": {
            "before": found.dry_before,
            "after": len(found.dry),
            "soonest": [account_json(each) for each in found.dry[:NAMED]],
        },
        "unpriced": [_unpriced(each) for each in found.unpriced],
    }
    return told | ({"accounts": [account_json(each) for each in found.accounts]} if with_accounts else {})


def headline(totals: Mapping[str, Any]) -> str:
    """Return the change of the totals in one sentence, from ``change_json``."""
    before, after = totals["before"], totals["after"]
    if not totals["calls"] and not totals["unpriced"]:
        return "No call was recorded in this period: nothing can be said of the money."
    credits_ = f"{before['credits']:,} → {after['credits']:,} credits ({_percent(before['credits'], after['credits'])})"
    usd = ", ".join(
        f"{name} {dollars(before[f'{name}_usd'])} → {dollars(after[f'{name}_usd'])}"
        for name in ("revenue", "cost", "margin")
    )
    left_out = f" Without a price, and left out: {totals['unpriced']:,}." if totals["unpriced"] else ""
    calls = "1 call" if totals["calls"] == 1 else f"{totals['calls']:,} calls"
    return f"{calls}: {credits_}; {usd} USD.{left_out}"


def dollars(amount: str | Decimal) -> str:
    """Return USD to the cent, for people."""
    return f"{Decimal(amount):,.2f}".replace("-", "\N{MINUS SIGN}")


def change_json(change: Change) -> dict[str, Any]:
    """Return both sides of a change."""
    return {
        "calls": change.calls,
        "unpriced": change.unpriced,
        "before": _money(change.before),
        "after": _money(change.after),
    }


def account_json(line: AccountLine) -> dict[str, Any]:
    """Return one account's line."""
    dry = line.dry
    return {
        "account_id": line.account_id,
        "plan": line.plan,
        "balance": dry.balance if dry else None,
        "runs_dry_before": _iso(dry.before_at) if dry else None,
        "runs_dry_after": _iso(dry.after_at) if dry else None,
        **_line(line),
    }


def _line(line: Line) -> dict[str, Any]:
    return {"name": line.name, **change_json(line.change)}


def _money(money: Money) -> dict[str, Any]:
    return {
        "credits": money.credits,
        "revenue_usd": plain(money.revenue_usd),
        "cost_usd": plain(money.cost_usd),
        "margin_usd": plain(money.margin_usd),
    }


def _unpriced(line: UnpricedLine) -> dict[str, Any]:
    return {
        "operation": line.operation,
        "model": line.model,
        "reason": line.reason,
        "calls": line.calls,
        "accounts": line.accounts,
        "credits_before": line.credits_before,
    }


def _period(found: Forecast) -> dict[str, Any] | None:
    if found.period is None:
        return None
    period = found.period
    return {"start": period.start.isoformat(), "end": period.end.isoformat(), "seconds": period.seconds}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _percent(before: int, after: int) -> str:
    if not before:
        return "from nothing" if after else "unchanged"
    change = Decimal(100 * (after - before)) / before
    return f"{change:+,.1f} %".replace("-", "\N{MINUS SIGN}")
