"""What the page of legacy code in use shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.labels import Label, Tone
from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.evidence.life import Life
from migration_harness.evidence.unused import Execution
from migration_harness.plan import GateName, plan
from migration_harness.queries import LegacyLife
from migration_harness.queries.tombstones import DAYS

MOST_CALLS: Final = 100
"""Callers that are named, the last one first; the command has all of them."""
USES: Final = {
    Answer.OPEN: Label(mark="✓", word="unused", tone=Tone.GOOD, meaning="Nobody got an answer of it, and all told."),
    Answer.CLOSED: Label(mark="✗", word="used", tone=Tone.BAD, meaning="It answered somebody."),
    Answer.UNKNOWN: Label(mark="?", word="unknown", tone=Tone.PLAIN, meaning="Nobody would have told of every use."),
}
LIVES: Final = {
    Life.EXECUTED: Label(mark="✗", word="executed", tone=Tone.BAD, meaning="For an answer."),
    Life.NOT_EXECUTED: Label(mark="✓", word="not executed", tone=Tone.GOOD, meaning="And somebody would have told."),
    Life.LOST: Label(mark="?", word="evidence lost", tone=Tone.PLAIN, meaning="No word for dead."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A legacy entry, what is known of it, and how often it answered."""

    found: LegacyLife
    label: Label
    times: int
    aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyPage:
    """Legacy code in so many days."""

    days: int
    label: Label
    sentence: str
    lost: list[str]
    entries: list[EntryRow]
    calls: list[Execution]
    more_calls: int


def legacy_page(*, now: datetime) -> LegacyPage:
    """Read for as many days as the gate of the plan asks for."""
    days = max((each.quiet_days for each in plan().phases if GateName.LEGACY_UNUSED in each.gates), default=DAYS)
    found = queries.legacy_use(days=days, now=now)
    calls = sorted((each for entry in found.entries for each in entry.executions), key=_last, reverse=True)
    return LegacyPage(
        days=days,
        label=USES[found.answer],
        sentence=found.sentence,
        lost=list(found.lost),
        entries=[_row(each) for each in found.entries],
        calls=calls[:MOST_CALLS],
        more_calls=max(0, len(calls) - MOST_CALLS),
    )


def _row(found: LegacyLife) -> EntryRow:
    return EntryRow(
        found=found,
        label=LIVES[found.life],
        times=sum(each.times for each in found.executions),
        aside=sum(found.aside.values()),
    )


def _last(execution: Execution) -> datetime:
    return execution.last_at
