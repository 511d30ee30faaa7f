"""What the page of the forecast shows: the newest one that was kept, and whether somebody's word on it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from dashboards.labels import Label, Tone
from dashboards.numbers import Sums
from migration_harness.evidence.findings import Answer
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.running_dry import HORIZON_DAYS
from migration_harness.money.forecast.sign_off import SignOffStatus, forecast_signed_off, void_sentence
from migration_harness.money.forecast.stored import last_forecast
from migration_harness.money.forecast.told import NO_REFILL, dollars


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRow:
    """One line of a table: credits, and USD to the cent before and after."""

    name: str
    plan: str
    calls: int
    unpriced: int
    credits: Sums
    usd: list[str]

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """Return the row of a line of the summary."""
        before, after = line["before"], line["after"]
        usd = [
            f"{dollars(before[f'{name}_usd'])} → {dollars(after[f'{name}_usd'])}"
            for name in ("revenue", "cost", "margin")
        ]
        return cls(
            name=line.get("name", "All calls"),
            plan=line.get("plan", ""),
            calls=line["calls"],
            unpriced=line["unpriced"],
            credits=Sums(unit="credits", control=Decimal(before["credits"]), candidate=Decimal(after["credits"])),
            usd=usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRow:
    """An account whose balance would end."""

    name: str
    plan: str
    balance: int
    before_at: datetime | None
    after_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTable:
    """Rows under a heading; ``first`` is the title of the first column. ``of_accounts`` have a plan."""

    title: str
    first: str
    rows: list[MoneyRow]
    of_accounts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPage:
    """The whole page; ``kept`` is None where no forecast was made."""

    at: datetime
    kept: KeptForecast | None
    status: SignOffStatus
    label: Label
    void: str
    tables: list[MoneyTable]
    dry: list[DryRow]
    horizon_days: int = HORIZON_DAYS
    no_refill: str = NO_REFILL

    @property
    def can_be_signed(self) -> bool:
        """Whether a person could sign it as it is."""
        return self.kept is not None and not self.void and self.kept.summary["totals"]["calls"] > 0


_LABELS = {
    Answer.OPEN: Label(mark="✓", word="signed off", tone=Tone.GOOD, meaning="A person signed, and nothing changed."),
    Answer.CLOSED: Label(mark="○", word="not signed off", tone=Tone.WAITING, meaning="Nobody has signed yet."),
    Answer.UNKNOWN: Label(mark="?", word="unknown", tone=Tone.PLAIN, meaning="There is nothing to sign."),
}
_VOID = Label(mark="✗", word="void", tone=Tone.BAD, meaning="What was signed rested on other prices.")


def forecast_page(*, now: datetime) -> ForecastPage:
    """Read the newest forecast and its signature; the number of queries does not depend on what it says."""
    kept, status = last_forecast(), forecast_signed_off()
    return ForecastPage(
        at=now,
        kept=kept,
        status=status,
        label=_VOID if status.is_void else _LABELS[status.answer],
        void="" if kept is None else void_sentence(kept),
        tables=[] if kept is None else _tables(kept.summary),
        dry=[] if kept is None else [_dry(line) for line in kept.summary["dry"]["soonest"]],
    )


def _tables(summary: Mapping[str, Any]) -> list[MoneyTable]:
    named = (
        ("By operation", "Operation", [*summary["operations"], summary["totals"]], False),
        ("By model", "Model", summary["models"], False),
        ("By plan", "Plan", summary["plans"], False),
        ("Accounts that gain most", "Account", summary["gain_most"], True),
        ("Accounts that lose most", "Account", summary["lose_most"], True),
    )
    return [
        MoneyTable(title=title, first=first, rows=[MoneyRow.of(line) for line in lines], of_accounts=of_accounts)
        for title, first, lines, of_accounts in named
        if lines
    ]


def _dry(line: Mapping[str, Any]) -> DryRow:
    return DryRow(
        name=line["name"],
        plan=line["plan"],
        balance=line["balance"],
        before_at=_time(line["runs_dry_before"]),
        after_at=_time(line["runs_dry_after"]),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
