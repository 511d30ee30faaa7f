"""What was compared since a moment: verdicts, durations and credits, from the rollups and the tail.

Note [Rows that began before]: a rollup's row is of one day and one epoch of the flag, so a change of the flag begins
new ones. One that began before the moment and went on after it is counted where it speaks against the candidate, and
not where it speaks for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from migration_harness.comparing.comparator import Verdict
from migration_harness.database import connection
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.registry import seams

_FOR_IT: Final = (Verdict.MATCH.value, Verdict.INTENDED.value, Verdict.BOTH_ERROR.value)

_VERDICTS: Final = """
SELECT seam, verdict, signature, sum(comparisons)::bigint
FROM migration_harness_evidence
WHERE day >= date_trunc('day', %(against_since)s::timestamptz, 'UTC') AND run = '' AND execution_path <> %(replay)s
  AND seam = ANY(%(seams)s)
  AND CASE WHEN verdict = ANY(%(for_it)s) THEN first_at >= %(since)s ELSE last_at >= %(against_since)s END
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3
"""
_DURATIONS: Final = """
SELECT seam, side, bucket, sum(comparisons)::bigint
FROM migration_harness_duration_evidence
WHERE day >= date_trunc('day', %(since)s::timestamptz, 'UTC') AND run = '' AND execution_path <> %(replay)s
  AND seam = ANY(%(seams)s) AND flag_epoch >= %(epoch)s
GROUP BY 1, 2, 3
"""
_DAILY: Final = """
SELECT account_id, sum(calls)::bigint, sum(credits), max(credits)
FROM (
    SELECT account_id, day, sum(greatest(coalesce(control_sum, 0), coalesce(candidate_sum, 0))) AS credits,
           sum(comparisons) AS calls
    FROM migration_harness_account_evidence
    WHERE day >= date_trunc('day', %(since)s::timestamptz, 'UTC') AND day <= %(until)s AND run = ''
      AND seam = ANY(%(seams)s) AND account_id <> ''
    GROUP BY 1, 2
) daily
GROUP BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCount:
    """Comparisons of a seam that ended in one way; ``signature`` is empty for a match."""

    seam: str
    verdict: str
    signature: str
    comparisons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What calls of one account came to, by the higher price of both sides.

    ``busiest_day`` and ``credits`` are credits of its ``calls``.
    """

    calls: int
    credits: Decimal
    busiest_day: Decimal


def seams_behind(flag: str, *, money: bool = False) -> list[str]:
    """Return the names of a flag's seams in this process; with ``money`` those that price charges."""
    return [seam.name for seam in seams if seam.flag == flag and (seam.money or not money)]


def verdicts_since(
    *, seam_names: Collection[str], since: datetime, against_since: datetime | None = None
) -> list[VerdictCount]:
    """Return how live comparisons ended, the most first: Note [Rows that began before].

    ``against_since``: from when on what speaks against the candidate counts, where that is earlier.
    """
    rows = _rows(
        _VERDICTS,
        seams=list(seam_names),
        since=since,
        against_since=against_since or since,
        for_it=list(_FOR_IT),
    )
    return [
        VerdictCount(seam=seam, verdict=verdict, signature=signature, comparisons=count)
        for seam, verdict, signature, count in rows
    ]


def durations_since(
    *, seam_names: Collection[str], since: datetime, epoch: int, buckets: int
) -> dict[tuple[str, str], list[int]]:
    """Return how many calls of each seam and side took how long, by buckets, in comparisons of this epoch and later."""
    found: dict[tuple[str, str], list[int]] = {}
    for seam, side, bucket, count in _rows(_DURATIONS, seams=list(seam_names), since=since, epoch=epoch):
        found.setdefault((seam, side), [0] * buckets)[bucket] += count
    return found


def usage_before(*, seam_names: Collection[str], since: datetime, until: datetime) -> Mapping[str, Usage]:
    """Return what compared charges came to, by account."""
    return {
        account_id: Usage(calls=calls, credits=credits_, busiest_day=busiest)
        for account_id, calls, credits_, busiest in _rows(_DAILY, seams=list(seam_names), since=since, until=until)
    }


def _rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters | {"replay": ExecutionPath.REPLAY.value})
        return list(cursor.fetchall())
