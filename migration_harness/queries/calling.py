"""What is called, from what is remembered of it and the minutes since: of the rollups, and of the tail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from migration_harness.database import connection
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.registry import seams
from migration_harness.evidence.silence import Calls
from migration_harness.models import Calling, WorkClock
from migration_harness.plan import plan
from migration_harness.queries.called import Counting, counting_of
from migration_harness.seams.seam import Seam

LATE: Final = timedelta(minutes=2)
"""In which a comparison is written at the latest: younger minutes are no time yet."""
LONGEST_LOOK: Final = timedelta(hours=6)
"""How far back one look goes: what was before it, and nobody has looked at, is no time."""
_MINUTE: Final = timedelta(minutes=1)

_MINUTES: Final = """
SELECT minute, seam, execution_path, coalesce(group_by[1], ''), coalesce(group_by[2], ''), max(flag_epoch)
FROM migration_harness_minute_evidence
WHERE minute > %(after)s AND run = '' AND execution_path <> %(replay)s
GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT DISTINCT date_trunc('minute', at, 'UTC'), '', '', '', '', 0::bigint FROM migration_harness_recordedoperation
WHERE at >= %(after)s::timestamptz + interval '1 minute' AND run = ''
ORDER BY 1
"""

Key = tuple[str, str, str, str]
"""Seam, execution path, operation and model; the last three are empty for a whole seam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What may fall silent: a seam, or with the three others one expected stratum of its calls.

    ``epoch`` is the epoch of the flag from which its calls count; None where nobody counts them.
    """

    seam: str
    flag: str
    execution_path: str = ""
    operation: str = ""
    model: str = ""
    epoch: int | None = None

    @property
    def name(self) -> str:
        """It in words."""
        stratum = " · ".join(filter(None, (self.execution_path, self.operation, self.model)))
        return f"{stratum} ({self.seam})" if stratum else self.seam

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.seam, self.execution_path, self.operation, self.model


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is remembered after a look.

    Attributes:
        flows: All that may fall silent: seams first.
        tick: How many minutes of work there were.
        minute: The last minute that was looked at.
        calls: What is remembered of the calls of each flow.
        fresh: What was called in minutes that are too young to count.
    """

    flows: Sequence[Flow]
    tick: int
    minute: datetime
    calls: Mapping[Key, Calls]
    fresh: frozenset[Key]


def remembered(*, now: datetime) -> Remembered:
    """Return what is remembered, with the minutes since the last look that was kept, by six queries at most."""
    flows = list(_flows())
    tick, after = _clock(now)
    calls = _kept(flows)
    until = (now - LATE).replace(second=0, microsecond=0)
    counted = {flow.key: flow.epoch for flow in flows if flow.epoch is not None}
    fresh: set[Key] = set()
    for minute, keys in _minutes(after, counted):
        if minute >= until:
            fresh |= keys
            continue
        tick += 1
        for key in keys:
            known = calls.get(key)
            calls[key] = (
                known.again(tick=tick, at=minute)
                if known is not None
                else Calls.first(tick=tick, at=minute, epoch=counted[key])
            )
    return Remembered(flows=flows, tick=tick, minute=max(after, until - _MINUTE), calls=calls, fresh=frozenset(fresh))


def _clock(now: datetime) -> tuple[int, datetime]:
    kept = WorkClock.objects.first()
    earliest = (now - LONGEST_LOOK).replace(second=0, microsecond=0)
    return (0, earliest) if kept is None else (kept.tick, max(kept.minute, earliest))


def _kept(flows: Sequence[Flow]) -> dict[Key, Calls]:
    """Return what was kept of these flows, but for calls of which there are no longer as many as then."""
    epochs = {flow.key: flow.epoch for flow in flows}
    found = {}
    for row in Calling.objects.all():
        key = (row.seam, row.execution_path, row.operation, row.model)
        if (epoch := epochs.get(key)) is not None and row.epoch >= epoch:
            found[key] = Calls(
                called=row.called,
                first_tick=row.first_tick,
                last_tick=row.last_tick,
                last_at=row.last_at,
                longest=row.longest,
                epoch=row.epoch,
            )
    return found


def _minutes(after: datetime, counted: Mapping[Key, int]) -> Iterator[tuple[datetime, set[Key]]]:
    """Yield each minute of work after another one, with what was called in it and counts."""
    parameters: dict[str, Any] = {"after": after, "replay": ExecutionPath.REPLAY.value}
    with connection.cursor() as cursor:
        cursor.execute(_MINUTES, parameters)
        rows = cursor.fetchall()
    for minute, those in groupby(rows, key=lambda row: row[0]):
        found = set()
        for _, seam, path, operation, model, epoch in those:
            both = ((seam, "", "", ""), (seam, path, operation, model))
            found |= {key for key in both if key in counted and epoch >= counted[key]}
        yield minute, found


def _flows() -> Iterator[Flow]:
    reading = [seam for seam in seams if isinstance(seam, Seam)]
    counting = counting_of({seam.flag for seam in reading})
    for seam in reading:
        yield Flow(seam=seam.name, flag=seam.flag, epoch=_epoch(counting.get(seam.flag), "epoch"))
    flags = {seam.name: seam.flag for seam in reading}
    strata = {
        (name, stratum): None
        for phase in plan().phases
        for flag in phase.flags
        for name in flag.seams
        for stratum in phase.strata
        if name in flags
    }
    for name, stratum in strata:
        yield Flow(
            seam=name,
            flag=flags[name],
            execution_path=stratum.execution_path.value,
            operation=stratum.operation,
            model=stratum.model,
            epoch=_epoch(counting.get(flags[name]), "strata_epoch"),
        )


def _epoch(found: Counting | None, name: str) -> int | None:
    if found is None or not found.counts:
        return None
    epoch: int = getattr(found, name)
    return epoch
