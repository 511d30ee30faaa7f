"""What is known past the tombstones: by the database's counters, by what other roles ran, and on a person's word."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from migration_harness.evidence.beyond import Declared, Followed, KnownBeyond, StatementUse, TableUse
from migration_harness.evidence.quiet import Period
from migration_harness.models import (
    LegacyDeclaration,
    LegacyExecution,
    LegacyStatement,
    LegacyTable,
    LegacyTableUse,
    LegacyWatch,
)
from migration_harness.tombstones.cells import Purpose
from migration_harness.tombstones.tables import losing_tables


def known_beyond(*, since: datetime, now: datetime) -> KnownBeyond:
    """Return all that is known since then."""
    losing = losing_tables()
    followed = {row.table: _followed(row) for row in LegacyTable.objects.filter(table__in=losing.wholes)}
    watch = LegacyWatch.objects.filter(pk=1).first()
    return KnownBeyond(
        tables=[(name, followed.get(name)) for name in losing.wholes],
        columns=sorted(losing.columns),
        uses=list(_uses(since)),
        statements=list(_statements(since)),
        source=_followed(watch) if watch is not None and watch.followed_from is not None else None,
        **({"missing": watch.missing} if watch is not None else {}),
        followers=(watch.followers, watch.followers_at) if watch is not None and watch.followers_at else None,
        aside=list(_aside(since)),
        declared=declared(now=now),
    )


def declared(*, now: datetime) -> Declared | None:
    """Return the word of a person that holds now: of several, the one that ends last."""
    standing = LegacyDeclaration.objects.filter(at__lte=now, until__gt=now, ended_at__isnull=True)
    row = standing.order_by("-until", "-id").first()
    return None if row is None else Declared(actor=row.actor, reason=row.reason, at=row.at, until=row.until)


def _followed(row: Any) -> Followed:
    return Followed(since=row.followed_from, looked_at=row.looked_at, broken=row.broken)


def _uses(since: datetime) -> Iterator[TableUse]:
    for row in LegacyTableUse.objects.filter(last_at__gt=since).order_by("hour", "table"):
        yield TableUse(
            table=row.table, reads=row.reads, writes=row.writes, first_at=row.first_at, last_at=row.last_at
        )  # fmt: skip


def _statements(since: datetime) -> Iterator[StatementUse]:
    for row in LegacyStatement.objects.filter(last_at__gt=since).order_by("hour", "table", "role", "digest"):
        yield StatementUse(
            table=row.table, role=row.role, statement=row.statement, is_dump=row.is_dump, calls=row.calls,
            first_at=row.first_at, last_at=row.last_at,
        )  # fmt: skip


def _aside(since: datetime) -> Iterator[Period]:
    """Yield when legacy code ran under guard, in a replay or for the harness: its reads are counted with all others."""
    rows = LegacyExecution.objects.filter(last_at__gte=since).exclude(purpose=Purpose.ANSWER.value)
    for first_at, last_at in rows.order_by("first_at").values_list("first_at", "last_at"):
        yield Period(start=first_at, end=last_at)
