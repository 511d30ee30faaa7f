"""Whether legacy data was used past the tombstones: by SQL of the service's own, or by other programs.

The database counts each scan of a table, whoever makes it: of a table that goes as a whole, that is proof. Of columns
that go from a table that stays it is none, for what stays is read as well: of them only the statements of other roles
tell. Without those nobody knows, and a person may say so on their own word; that is a declaration, and no proof.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from migration_harness.evidence.life import Life
from migration_harness.evidence.lost import Lost
from migration_harness.evidence.quiet import Period, at
from migration_harness.wording import counted

FRESH: Final = timedelta(seconds=300)
"""How long ago the last look may be: there is one each minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Since when something is followed without a hole; why not before, empty where nobody did; and the last look."""

    since: datetime
    looked_at: datetime
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableUse:
    """How often somebody other than the harness used a table between two looks."""

    table: str
    reads: int
    writes: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementUse:
    """A statement on legacy data that another role ran; ``is_dump`` where it copies the table as a whole."""

    table: str
    role: str
    statement: str
    is_dump: bool
    calls: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A person's word that nobody else uses legacy data, with its end."""

    actor: str
    reason: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBeyond:
    """All that is known of what no tombstone sees.

    Attributes:
        tables: The tables that go as a whole, with how far their counters were followed; None: never.
        columns: The tables that stay and lose columns.
        uses: Of tables that go as a whole.
        statements: Of other roles.
        source: What tells of statements, since when; None where nothing does.
        missing: Why nothing does.
        followers: How many servers received this one's changes when there was one last, and when.
        aside: When legacy code ran for nobody: compared, in a replay, for the harness.
        declared: The word of a person, where it holds.
    """

    tables: "Sequence[tuple[str, Followed | None]]" = ()
    columns: Sequence[str] = ()
    uses: Sequence[TableUse] = ()
    statements: Sequence[StatementUse] = ()
    source: Followed | None = None
    missing: str = "nobody has looked for one yet"
    followers: tuple[int, datetime] | None = None
    aside: Sequence[Period] = ()
    declared: Declared | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLife:
    """What is known of a table past the tombstones, in one sentence, up to the last moment that it concerns."""

    table: str
    whole: bool
    life: Life
    sentence: str
    until: datetime


def lives_beyond(known: KnownBeyond, *, start: datetime, now: datetime) -> list[TableLife]:
    """Return what is known of each table that loses something, from ``start`` on."""
    wholes = [_of_whole(name, followed, known, start, now) for name, followed in known.tables]
    columns = [_of_columns(name, known, start, now) for name in known.columns]
    return [
        *(_life(*told, table=name, whole=True) for (name, _), told in zip(known.tables, wholes, strict=True)),
        *(_life(*told, table=name, whole=False) for name, told in zip(known.columns, columns, strict=True)),
    ]


def lost_beyond(lives: Sequence[TableLife]) -> list[Lost]:
    """Return what is lost of these."""
    return [Lost(sentence=each.sentence, until=each.until) for each in lives if each.life is Life.LOST]


_Told = tuple[Life, str, datetime]


def _life(life: Life, sentence: str, until: datetime, *, table: str, whole: bool) -> TableLife:
    return TableLife(table=table, whole=whole, life=life, sentence=sentence, until=until)


def _of_whole(table: str, followed: Followed | None, known: KnownBeyond, start: datetime, now: datetime) -> _Told:
    if (told := _ran(table, known, start)) is not None:
        return told
    uses = [each for each in known.uses if each.table == table and each.last_at > start]
    reads, writes = sum(each.reads for each in uses), sum(each.writes for each in uses)
    dumps = _dumps(table, known, start, now)
    if uses and (writes or reads > (dumps or 0)):
        return _used(table, uses, known, dumps=dumps)
    if lost := next(_unfollowed(f"the counters of {table}", followed, start, now), None):
        return Life.LOST, lost.sentence, lost.until
    if (lost := _elsewhere(table, known, start)) is not None:
        return Life.LOST, lost.sentence, lost.until
    besides = f" but for {counted(dumps, 'copy', 'copies')} of it as a whole" if dumps else ""
    return Life.NOT_EXECUTED, f"Nobody read or wrote {table}{besides}, as the database counts it.", now


def _of_columns(table: str, known: KnownBeyond, start: datetime, now: datetime) -> _Told:
    if (told := _ran(table, known, start)) is not None:
        return told
    what = f"Of the columns of {table} only statements of other roles tell, for the table stays and is read: "
    if known.source is None:
        return Life.LOST, f"{what}nothing keeps them ({known.missing}).", now
    if lost := next(_unfollowed("statements", known.source, start, now), None):
        return Life.LOST, f"{what}{lost.sentence}", lost.until
    if (lost := _elsewhere(table, known, start)) is not None:
        return Life.LOST, lost.sentence, lost.until
    return Life.NOT_EXECUTED, f"No other role ran a statement that reads the columns of {table}.", now


def _ran(table: str, known: KnownBeyond, start: datetime) -> _Told | None:
    """Return what is said where another role ran a statement that is more than a copy of the table."""
    found = [each for each in known.statements if each.table == table and not each.is_dump and each.last_at > start]
    if not found:
        return None
    last = max(found, key=lambda each: each.last_at)
    others = len({(each.role, each.statement) for each in found}) - 1
    more = f" ({counted(others, 'other statement')} too)" if others else ""
    told = (
        f"The role {last.role} ran on {table}, {counted(last.calls, 'time')} by {at(last.last_at)}: "
        f"{last.statement}{more}."
    )
    return Life.EXECUTED, told, last.last_at


def _dumps(table: str, known: KnownBeyond, start: datetime, now: datetime) -> int | None:
    """Return how often the table was copied as a whole; None where nobody has followed that for all of the time."""
    if known.source is None or next(_unfollowed("", known.source, start, now), None) is not None:
        return None
    return sum(each.calls for each in known.statements if each.table == table and each.is_dump and each.last_at > start)


def _used(table: str, uses: Sequence[TableUse], known: KnownBeyond, *, dumps: int | None) -> _Told:
    """Return what a use comes to: executed only where nothing but an answer, or another program, can have been it."""
    reads, writes = sum(each.reads for each in uses) - (dumps or 0), sum(each.writes for each in uses)
    first, last = min(each.first_at for each in uses), max(each.last_at for each in uses)
    how = [counted(max(reads, 0), "scan"), counted(writes, "row written", "rows written")]
    told = f"{table} was used past the harness, {' and '.join(how)} between {at(first)} and {at(last)}"
    if any(_overlap(each, aside) for each in uses for aside in known.aside):
        return Life.LOST, f"{told}: legacy code ran beside the answers then, and nobody can tell who it was.", last
    if dumps is None and not writes:
        return Life.LOST, f"{told}: whether that was a copy of the whole database or a program, nobody can tell.", last
    return Life.EXECUTED, f"{told}, and by no tombstone's code.", last


def _unfollowed(what: str, followed: Followed | None, start: datetime, now: datetime) -> Iterator[Lost]:
    if followed is None:
        yield Lost(sentence=f"nobody has looked at {what} yet.", until=now)
    elif now - followed.looked_at > FRESH:
        yield Lost(sentence=f"nobody has looked at {what} since {at(followed.looked_at)}.", until=now)
    elif followed.since > start:
        why = f": {followed.broken}" if followed.broken else ""
        yield Lost(sentence=f"{what} are followed only since {at(followed.since)}{why}.", until=followed.since)


def _elsewhere(table: str, known: KnownBeyond, start: datetime) -> Lost | None:
    if known.followers is None or known.followers[1] <= start:
        return None
    servers, until = known.followers
    follow = "server receives" if servers == 1 else "servers receive"
    return Lost(
        sentence=f"{servers:,} {follow} the changes of this one ({at(until)}), and who reads {table} there nobody "
        "counts here.",
        until=until,
    )


def _overlap(use: TableUse, aside: Period) -> bool:
    return aside.start <= use.last_at and aside.end >= use.first_at
