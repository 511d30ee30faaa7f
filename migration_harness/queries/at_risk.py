"""What customers were charged off the signed price since accounts were last moved."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from migration_harness.comparing.comparator import Verdict
from migration_harness.database import connection
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import TABLE, Side
from migration_harness.queries.quiet import last_change

_CHARGED: Final = """
SELECT coalesce(sum(comparisons), 0)::bigint, coalesce(sum(candidate_sum), 0)
FROM migration_harness_evidence
WHERE day >= date_trunc('day', %(since)s::timestamptz, 'UTC') AND last_at >= %(since)s AND run = ''
  AND execution_path <> %(replay)s AND seam = ANY(%(seams)s) AND stage = ANY(%(stages)s) AND verdict = ANY(%(wrong)s)
"""
_WRONG: Final = (Verdict.MISMATCH.value, Verdict.UNLAWFUL.value)
_CANDIDATE_ANSWERS: Final = tuple(stage.value for stage, rule in TABLE.items() if rule.answers is Side.CANDIDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """Charges that the candidate made and that are not what was signed.

    ``credits`` is all that was charged for them: how much of it is too much is known to whoever heals. ``since`` is
    when an account was last moved to the candidate; None where none ever was, and then there is nothing.
    """

    charges: int
    credits: Decimal
    since: datetime | None


def at_risk() -> AtRisk:
    """Return what was charged off the signed price since the last step; where the control answers, nothing is."""
    money = [seam for seam in seams if seam.money]
    since = last_change({seam.flag for seam in money})
    if since is None:
        return AtRisk(charges=0, credits=Decimal(0), since=None)
    with connection.cursor() as cursor:
        cursor.execute(
            _CHARGED,
            {
                "since": since,
                "replay": ExecutionPath.REPLAY.value,
                "seams": [seam.name for seam in money],
                "stages": list(_CANDIDATE_ANSWERS),
                "wrong": list(_WRONG),
            },
        )
        charges, credits_ = cursor.fetchone()
    return AtRisk(charges=charges, credits=credits_, since=since)
