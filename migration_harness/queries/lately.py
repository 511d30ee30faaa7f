"""What was compared lately, by the minute, and whether anything has happened since somebody looked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from migration_harness.comparing.comparator import Verdict
from migration_harness.database import connection
from migration_harness.deciding.registry import seams

AS_IT_SHOULD_BE: Final = (Verdict.MATCH.value, Verdict.INTENDED.value, Verdict.BOTH_ERROR.value)
"""Verdicts that speak against nobody."""

_MINUTES: Final = """
SELECT minute, sum(comparisons) FILTER (WHERE verdict = ANY(%(right)s))::bigint,
       sum(comparisons) FILTER (WHERE verdict <> ALL(%(right)s))::bigint,
       sum(control_sum) FILTER (WHERE seam = ANY(%(money)s) AND one_sided = 0),
       sum(candidate_sum) FILTER (WHERE seam = ANY(%(money)s) AND one_sided = 0)
FROM migration_harness_minute_evidence WHERE minute >= %(since)s AND run = '' GROUP BY 1
"""
_PULSE: Final = """
SELECT coalesce((SELECT max(value) FROM migration_harness_epoch), 0),
       coalesce((SELECT max(id) FROM migration_harness_auditevent), 0),
       coalesce((SELECT sum(comparisons) FROM migration_harness_total_evidence), 0)::bigint,
       (SELECT count(*) FROM migration_harness_trialfault WHERE resolved_at IS NULL),
       coalesce((SELECT sum(version) FROM migration_harness_rollout), 0)::bigint
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """A minute's comparisons: ``right`` as they should be, ``wrong`` unexplained; credits by both sides.

    Credits are of money seams, of rows in which each call was measured on both sides.
    """

    at: datetime
    right: int
    wrong: int
    control: Decimal
    candidate: Decimal


def minutes_since(since: datetime) -> list[Minute]:
    """Return every minute from the one of ``since`` on up to the newest that has a comparison; none without any."""
    money = [seam.name for seam in seams if seam.money]
    with connection.cursor() as cursor:
        cursor.execute(
            _MINUTES, {"right": list(AS_IT_SHOULD_BE), "money": money, "since": since.replace(second=0, microsecond=0)}
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return [_minute(at, *found[at]) for at in sorted(found)]


def minutes_of_hour(now: datetime) -> list[Minute]:
    """Return the last sixty minutes, this one last, with those in which nothing was compared."""
    this = now.replace(second=0, microsecond=0)
    found = {each.at: each for each in minutes_since(this - timedelta(minutes=59))}
    all_of_it = [this - timedelta(minutes=59 - back) for back in range(60)]
    return [found.get(at) or _minute(at, None, None, None, None) for at in all_of_it]


def pulse() -> str:
    """Return a text that is another one as soon as a flag, the trail, a rollout, the books or the log has changed.

    One query of the same cost however long the log is; folding changes nothing of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PULSE)
        return "-".join(map(str, cursor.fetchone()))


def _minute(
    at: datetime, right: int | None, wrong: int | None, control: Decimal | None, candidate: Decimal | None
) -> Minute:
    return Minute(
        at=at, right=right or 0, wrong=wrong or 0, control=control or Decimal(0), candidate=candidate or Decimal(0)
    )
