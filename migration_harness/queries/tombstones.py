"""What is known of legacy code: who executed it for an answer, and of which time nobody would know."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from migration_harness.conf import day_seconds
from migration_harness.database import connection
from migration_harness.deciding.processes import Process
from migration_harness.evidence.beyond import Declared, TableLife
from migration_harness.evidence.findings import Answer, Finding
from migration_harness.evidence.life import Life
from migration_harness.evidence.lines import LinesOfFile, sentence_of
from migration_harness.evidence.quiet import FRESH, Period, Vanished
from migration_harness.evidence.unused import (
    Asked,
    Execution,
    KnownOfLegacy,
    RevisionSeen,
    life_of,
    lives_past_tombstones,
    losses,
    of_unused,
)
from migration_harness.models import (
    LegacyEntry,
    LegacyExecution,
    MarkedRevision,
    TombstoneHour,
    TombstoneReporter,
    UnmarkedProcess,
)
from migration_harness.queries.beyond import known_beyond
from migration_harness.queries.legacy_lines import lines_of_files, seen_lines
from migration_harness.tombstones.cells import Purpose

DAYS: Final = 7
_HOUR: Final = timedelta(hours=1)
_EARLIER: Final = 120
"""Seconds by which more is read than asked: the last report may be a minute old."""
_COVERED: Final = """
SELECT lower(period), upper(period)
FROM (SELECT unnest(range_agg(covered) - range_agg(gaps)) AS period
      FROM migration_harness_tombstonehour WHERE hour > %s::timestamptz - interval '1 hour') known
ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyLife:
    """A legacy entry: what is said of it where it stands, what is known of it, and how often it was executed."""

    entry: str
    kind: str
    owner: str
    since: date | None
    reason: str
    life: Life
    last_at: datetime | None
    executions: Sequence[Execution] = ()
    aside: Mapping[str, int] = field(default_factory=dict)
    """How often it was executed for nobody, by what for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyUse:
    """Legacy code in some days: whether it is unused, in one sentence; all that is lost, each entry and file.

    ``tables`` is what is known past the tombstones, ``declared`` what a person says of that, which is no proof.
    """

    answer: Answer
    sentence: str
    lost: Sequence[str]
    entries: Sequence[LegacyLife]
    files: Sequence[LinesOfFile] = ()
    tables: Sequence[TableLife] = ()
    declared: Declared | None = None


def unused(*, days: int = DAYS, now: datetime) -> Finding:
    """Tell whether no legacy code was executed for an answer in the last ``days``, and whether anybody would know.

    A day is as long as ``HARNESS["DAY_SECONDS"]`` says.
    """
    asked = _asked(days, now)
    return _named(of_unused(_known(asked), asked), asked)


def legacy_use(*, days: int = DAYS, now: datetime, by_line: bool = False) -> LegacyUse:
    """Return the same with all that it rests on; ``by_line`` reads the files of this tree, and tells of their lines."""
    asked = _asked(days, now)
    known = _known(asked)
    finding = _named(of_unused(known, asked), asked)
    lost = [each.sentence for each in losses(known, asked) if each.until > _since(asked)]
    return LegacyUse(
        answer=finding.answer,
        sentence=finding.sentence,
        lost=lost,
        entries=list(_entries(known, asked)),
        files=lines_of_files(known, asked) if by_line else (),
        tables=lives_past_tombstones(known, asked),
        declared=known.beyond.declared,
    )


def executions_of_day(day: date) -> dict[str, int]:
    """Return how often legacy entries were executed on a day, by what for; each purpose is in it."""
    found = dict.fromkeys((each.value for each in Purpose), 0)
    for purpose, times in LegacyExecution.objects.filter(day=day).values_list("purpose", "times"):
        found[purpose] += times
    return found


def _named(finding: Finding, asked: Asked) -> Finding:
    """Name lines beside the entries, where there are any: they change no answer."""
    lines = sentence_of(seen_lines(asked))
    return replace(finding, sentence=f"{finding.sentence} {lines}") if lines else finding


def _asked(days: int, now: datetime) -> Asked:
    return Asked(days=days, day_seconds=day_seconds(), now=now)


def _since(asked: Asked) -> datetime:
    """Return from when on what is known is read."""
    return asked.since(asked.now) - timedelta(seconds=_EARLIER)


def _known(asked: Asked) -> KnownOfLegacy:
    since = _since(asked)
    revisions = [
        RevisionSeen(
            revision=row.revision,
            first_at=row.first_at,
            last_at=row.last_at,
            lines_from=row.lines_from,
            entries_at=row.entries_at,
        )
        for row in MarkedRevision.objects.filter(last_at__gt=since)
    ]
    return KnownOfLegacy(
        marked=_marked({each.revision for each in revisions}),
        executions=_executions(since),
        covered=tuple(_covered(since)),
        lost=tuple(
            Period(start=row.hour, end=row.hour + _HOUR)
            for row in TombstoneHour.objects.filter(hour__gt=since - _HOUR, lost__gt=0).order_by("hour")
        ),
        vanished=tuple(_vanished(since, asked.now)),
        unmarked=tuple(
            Vanished(process=str(Process(host=row.host, pid=row.pid, role=row.role)), at=row.last_at)
            for row in UnmarkedProcess.objects.filter(last_at__gt=since).order_by("last_at")
        ),
        revisions=revisions,
        beyond=known_beyond(since=since, now=asked.now),
    )


def _marked(revisions: set[str]) -> dict[str, frozenset[str]]:
    """Return the entries that one of these revisions has, each with all of them that do."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = LegacyEntry.objects.filter(revision__in=revisions).values_list("entry", "revision")
    for entry, revision in rows:
        found[entry].add(revision)
    return {entry: frozenset(of) for entry, of in found.items()}


def _executions(since: datetime) -> list[Execution]:
    rows = LegacyExecution.objects.filter(last_at__gte=since, purpose=Purpose.ANSWER.value).order_by("-last_at")
    return [
        Execution(
            entry=row.entry, execution_path=row.execution_path, revision=row.revision, caller=row.caller,
            times=row.times, first_at=row.first_at, last_at=row.last_at,
        )
        for row in rows
    ]  # fmt: skip


def _covered(since: datetime) -> Iterator[Period]:
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [since])
        for start, end in cursor.fetchall():
            yield Period(start=start, end=end)


def _vanished(since: datetime, now: datetime) -> Iterator[Vanished]:
    rows = TombstoneReporter.objects.filter(beat_at__gte=since - FRESH, beat_at__lt=now - FRESH).order_by("beat_at")
    for row in rows:
        yield Vanished(process=str(Process(host=row.host, pid=row.pid, role=row.role)), at=row.beat_at)


def _entries(known: KnownOfLegacy, asked: Asked) -> Iterator[LegacyLife]:
    """Yield each entry as the newest revision that has it says."""
    aside = _aside(_since(asked))
    rows = LegacyEntry.objects.filter(entry__in=known.marked).order_by("entry", "-first_at").distinct("entry")
    for row in rows:
        executions = [each for each in known.executions if each.entry == row.entry]
        yield LegacyLife(
            entry=row.entry,
            kind=row.kind,
            owner=row.owner,
            since=row.since,
            reason=row.reason,
            life=life_of(row.entry, known, asked),
            last_at=max((each.last_at for each in executions), default=None),
            executions=executions,
            aside=aside.get(row.entry, {}),
        )


def _aside(since: datetime) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = LegacyExecution.objects.filter(last_at__gte=since).exclude(purpose=Purpose.ANSWER.value)
    for entry, purpose, times in rows.values_list("entry", "purpose", "times"):
        found[entry][purpose] = found[entry].get(purpose, 0) + times
    return found
