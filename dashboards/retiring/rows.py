"""What the page of legacy code shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.labels import Label, Tone
from migration_harness import queries
from migration_harness.evidence.beyond import TableLife
from migration_harness.evidence.findings import Answer
from migration_harness.evidence.life import Life
from migration_harness.evidence.lines import LinesOfFile, ranges
from migration_harness.evidence.unused import Execution
from migration_harness.plan import GateName, plan
from migration_harness.queries import LegacyLife, LegacyUse, TriedBackup
from migration_harness.queries.tombstones import DAYS

MOST_CALLS: Final = 100
"""Callers that are named, the last one first; the command has all of them."""
UNUSED: Final = {
    Answer.OPEN: Label(mark="✓", word="unused", tone=Tone.GOOD, meaning="Nobody used it, or a person says so."),
    Answer.CLOSED: Label(mark="✗", word="used", tone=Tone.BAD, meaning="Somebody got an answer of it."),
    Answer.UNKNOWN: Label(mark="?", word="unknown", tone=Tone.PLAIN, meaning="Nobody would have told of every use."),
}
LIVES: Final = {
    Life.NOT_EXECUTED: Label(mark="✓", word="not executed", tone=Tone.GOOD, meaning="Somebody would have told."),
    Life.EXECUTED: Label(
        mark="✗", word="executed", tone=Tone.BAD, meaning="It answered somebody, or somebody used it."
    ),
    Life.LOST: Label(mark="?", word="evidence lost", tone=Tone.PLAIN, meaning="Nobody can know: no word for dead."),
}
EQUAL: Final = {
    True: Label(mark="✓", word="equal", tone=Tone.GOOD, meaning="What came back is what the tables had."),
    False: Label(mark="✗", word="differs", tone=Tone.BAD, meaning="The tables had something else."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A legacy entry: what is known of it, and how often it ran, for an answer and for nobody."""

    known: LegacyLife
    label: Label
    times: int
    aside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A table that loses something: what is known past the tombstones."""

    known: TableLife
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """The lines of a file: those that answered somebody, and the others."""

    known: LinesOfFile
    label: Label
    executed: str
    others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRow:
    """A backup that was tried out."""

    tried: TriedBackup
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyPage:
    """Legacy code in so many days; ``calls`` are who executed it for an answer, the last one first."""

    days: int
    use: LegacyUse
    label: Label
    entries: list[EntryRow]
    tables: list[TableRow]
    calls: Sequence[Execution]
    more_calls: int
    files: list[FileRow]
    backups: list[BackupRow]


def legacy_page(*, now: datetime) -> LegacyPage:
    """Read for as many days as the gate of the plan asks for, and which backups of legacy data were tried out."""
    days = max((each.quiet_days for each in plan().phases if GateName.LEGACY_UNUSED in each.gates), default=DAYS)
    use = queries.legacy_use(days=days, now=now, by_line=True)
    calls = sorted((call for entry in use.entries for call in entry.executions), key=_last, reverse=True)
    return LegacyPage(
        days=days,
        use=use,
        label=UNUSED[use.answer],
        entries=[_entry(each) for each in use.entries],
        tables=[TableRow(known=each, label=LIVES[each.life]) for each in use.tables],
        calls=calls[:MOST_CALLS],
        more_calls=max(0, len(calls) - MOST_CALLS),
        files=[_file(each) for each in use.files],
        backups=[BackupRow(tried=each, label=EQUAL[each.equal]) for each in queries.tried_backups()],
    )


def _last(execution: Execution) -> datetime:
    return execution.last_at


def _entry(known: LegacyLife) -> EntryRow:
    return EntryRow(
        known=known,
        label=LIVES[known.life],
        times=sum(each.times for each in known.executions),
        aside=", ".join(f"{times:,} {purpose}" for purpose, times in sorted(known.aside.items())),
    )


def _file(known: LinesOfFile) -> FileRow:
    return FileRow(known=known, label=LIVES[known.life], executed=ranges(known.executed), others=ranges(known.others))
