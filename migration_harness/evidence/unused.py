"""Whether legacy code was executed in the last days, and whether anybody would know: three answers, never two.

Executed is executed, however little else is known. That nothing was executed is only known of a time in which every
process that could have executed it had told all it had seen, and of which each revision had a mark on every entry. All
else is evidence lost, which is never death.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from migration_harness.evidence.beyond import KnownBeyond, TableLife, lives_beyond, lost_beyond
from migration_harness.evidence.findings import Answer, Finding
from migration_harness.evidence.life import Life
from migration_harness.evidence.lost import Lost
from migration_harness.evidence.quiet import FRESH, RESTARTS, Period, Vanished, at, between, holes
from migration_harness.wording import age, counted, ended

_DECLARE: Final = " A superuser may say on their own word that nobody does: harness legacy executed --nobody-else."


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Executions of an entry for an answer: those of one day, one path, one revision and one caller."""

    entry: str
    execution_path: str
    revision: str
    caller: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionSeen:
    """When processes of a revision ran that count executions."""

    revision: str
    first_at: datetime
    last_at: datetime
    lines_from: datetime | None = None
    """Since when one of them saw lines."""
    entries_at: datetime | None = None
    """When one of them told last that saw entries alone."""

    def saw_lines(self, since: datetime) -> bool:
        """Tell whether all of them saw lines since then. Of a revision without a name nobody knows who ran it."""
        return (
            bool(self.revision)
            and self.lines_from is not None
            and self.lines_from <= max(self.first_at, since)
            and (self.entries_at is None or self.entries_at < since)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """A line of legacy code that was executed for an answer, of one version of its file."""

    file: str
    version: str
    line: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOfLegacy:
    """All that is known of a time.

    Attributes:
        marked: By entry, the revisions that have a mark there.
        executions: What was executed for an answer.
        covered: When some process had told all it had executed; in order, and none touches another.
        lost: Periods in which executions could not be counted.
        vanished: Processes of which nobody knows what they executed.
        unmarked: Processes that decided and told nothing, with the time when they were seen last.
        revisions: The revisions that ran; of each entry one that has a mark there.
        beyond: What is known of what no tombstone sees.
    """

    marked: Mapping[str, frozenset[str]]
    executions: Sequence[Execution] = ()
    covered: Sequence[Period] = ()
    lost: Sequence[Period] = ()
    vanished: Sequence[Vanished] = ()
    unmarked: Sequence[Vanished] = ()
    revisions: Sequence[RevisionSeen] = ()
    beyond: KnownBeyond = field(default_factory=KnownBeyond)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """For how many days, of how many seconds each, and by when."""

    days: int
    day_seconds: int
    now: datetime

    @property
    def day(self) -> timedelta:
        """How long a day is."""
        return timedelta(seconds=self.day_seconds)

    def since(self, end: datetime) -> datetime:
        """Return when the days begin that end then."""
        return end - self.days * self.day


def of_unused(known: KnownOfLegacy, asked: Asked) -> Finding:
    """Tell whether legacy code was executed for an answer in the last days. The days end with the last report."""
    end = end_of(known, asked.now)
    start = asked.since(end)
    if executed := _executed(known, start):
        return Finding(answer=Answer.CLOSED, sentence=executed)
    beyond = lives_past_tombstones(known, asked)
    if used := next((each for each in beyond if each.life is Life.EXECUTED), None):
        return Finding(answer=Answer.CLOSED, sentence=used.sentence)
    if lost := [each for each in losses(known, asked) if each.until > start]:
        return _lost(lost, asked)
    if (lost := lost_beyond(beyond)) and known.beyond.declared is None:
        return _lost(lost, asked, or_else=_DECLARE)
    of_days = "" if asked.day == timedelta(days=1) else f" of {age(asked.day_seconds)} each"
    entries = counted(len(known.marked), "legacy entry", "legacy entries")
    told = (
        f"None of {entries} was executed for an answer in {counted(asked.days, 'day')}{of_days}, with evidence for all "
        "of that time."
    )
    return Finding(answer=Answer.OPEN, sentence=" ".join([told, *_past_tombstones(known, beyond)]))


def lives_past_tombstones(known: KnownOfLegacy, asked: Asked) -> list[TableLife]:
    """Return what is known of each table that loses something with the deletion, by whomever it is used."""
    return lives_beyond(known.beyond, start=asked.since(end_of(known, asked.now)), now=asked.now)


def _past_tombstones(known: KnownOfLegacy, beyond: Sequence[TableLife]) -> Iterator[str]:
    yield from (each.sentence for each in beyond if each.life is Life.NOT_EXECUTED)
    declared = known.beyond.declared
    if declared is not None and (lost := lost_beyond(beyond)):
        yield (
            f"Declared and not proven: nobody else uses legacy data ({declared.actor}, until {at(declared.until)}: "
            f"{ended(declared.reason)} What is not known: {lost[0].sentence})"
        )


def _lost(lost: Sequence[Lost], asked: Asked, *, or_else: str = "") -> Finding:
    last = max(lost, key=lambda each: each.until)
    more = f" ({counted(len(lost) - 1, 'other loss', 'other losses')})" if len(lost) > 1 else ""
    sentence = f"Evidence lost: {last.sentence}{more} {_known_from(last, asked)}{or_else}"
    return Finding(answer=Answer.UNKNOWN, sentence=sentence)


def life_of(entry: str, known: KnownOfLegacy, asked: Asked) -> Life:
    """Return what is known of one entry."""
    start = asked.since(end_of(known, asked.now))
    if any(each.entry == entry and each.last_at >= start for each in known.executions):
        return Life.EXECUTED
    if any(each.until > start for each in losses(known, asked, entry=entry)):
        return Life.LOST
    return Life.NOT_EXECUTED


def losses(known: KnownOfLegacy, asked: Asked, *, entry: str | None = None) -> list[Lost]:
    """Return all because of which nobody can know, of all entries or of one."""
    end = end_of(known, asked.now)
    start = asked.since(end)
    return [
        *_nothing_told(known, asked, end),
        *_of_processes(known),
        *_of_time(known, start=start, end=end, most=asked.day / RESTARTS),
        *_of_revisions(known, entry),
    ]


def end_of(known: KnownOfLegacy, now: datetime) -> datetime:
    """Return the time of the last report."""
    return min(now, known.covered[-1].end) if known.covered else now


def _executed(known: KnownOfLegacy, start: datetime) -> str:
    found = sorted((each for each in known.executions if each.last_at >= start), key=lambda each: each.last_at)
    if not found:
        return ""
    last = found[-1]
    entries = {each.entry for each in found}
    more = f" ({counted(len(entries) - 1, 'other entry', 'other entries')} too)" if len(entries) > 1 else ""
    of = f", revision {last.revision[:12]}" if last.revision else ""
    return (
        f"{last.entry} was executed for an answer {counted(last.times, 'time')}, the last one by {at(last.last_at)}, "
        f"called by {last.caller or 'nobody that can be told'} ({last.execution_path}{of}){more}."
    )


def _nothing_told(known: KnownOfLegacy, asked: Asked, end: datetime) -> Iterator[Lost]:
    if not known.marked:
        yield Lost(sentence="no legacy entry has a tombstone that any process has told of.", until=asked.now)
    elif not known.covered:
        yield Lost(sentence="no process has told what it executes.", until=asked.now)
    elif asked.now - end > FRESH:
        yield Lost(sentence=f"no process has told what it executes since {at(end)}.", until=asked.now)


def _of_processes(known: KnownOfLegacy) -> Iterator[Lost]:
    for each in known.vanished:
        yield Lost(
            sentence=f"{each.process} vanished after {at(each.at)} without having written what it had executed.",
            until=each.at + FRESH,
        )
    for each in known.unmarked:
        yield Lost(
            sentence=f"{each.process} decided until {at(each.at)} and told nothing: its revision has no tombstones, or "
            "its reporter has stopped.",
            until=each.at + FRESH,
        )


def _of_time(known: KnownOfLegacy, *, start: datetime, end: datetime, most: timedelta) -> Iterator[Lost]:
    for each in known.lost:
        yield Lost(sentence=f"executions between {between(each)} could not be counted.", until=each.end)
    for each in holes(known.covered, start, end) if known.covered else ():
        if each.end - each.start > most:
            yield Lost(sentence=f"between {between(each)} no process told what it executed.", until=each.end)


def _of_revisions(known: KnownOfLegacy, entry: str | None) -> Iterator[Lost]:
    """Yield the revisions that ran without a mark where another one has it.

    One that came after all that had the entry has lost the entry itself.
    """
    ran = {each.revision: each for each in known.revisions}
    for name, marked in sorted(known.marked.items()):
        if entry not in (None, name):
            continue
        last_at = max(ran[each].last_at for each in marked if each in ran)
        for each in known.revisions:
            if each.revision not in marked and each.first_at < last_at:
                told = f"revision {each.revision[:12]}" if each.revision else "a revision that nobody names"
                yield Lost(
                    sentence=f"{told} ran until {at(each.last_at)} without a tombstone on {name}.", until=each.last_at
                )


def _known_from(lost: Lost, asked: Asked) -> str:
    if lost.until >= asked.now:
        return "Nobody can know until that is over."
    return f"If nothing else is lost it is known again at {at(lost.until + asked.days * asked.day)}."
