"""Which flags are to be rolled back: a money seam found the candidate wrong since the flag last changed.

Note [Since the last change]: a comparison carries the epoch of the flag by which it was decided. One with an epoch
before the flag's own was made before somebody changed the flag, and whoever changed it has answered for what was known.
So a flag that a person returned after a rollback stays, whatever it was rolled back for; the next comparison of the
same discrepancy rolls it back again. That it was acknowledged, or said to be fixed, does not hold it: the charge was
wrong. What is meant has another verdict. No clock decides, and nobody has to remember what was done already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from migration_harness.database import connection
from migration_harness.deciding.registry import seams
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import plan

LOOK_BACK: Final = timedelta(days=1)
"""For as long as a comparison is acted on: none waits for more than a moment, where any process is alive. It keeps the
look to the newest partitions of the log."""

_FLAGS: Final = """
SELECT f.name, f.epoch, f.requires, coalesce(
    f.everyone,
    f.share_bps > 0 OR EXISTS (SELECT FROM migration_harness_flagmember m WHERE m.flag_id = f.id AND m.included)
)
FROM migration_harness_flag f
"""

# Verdicts and path are written out: an index is of exactly these rows. See migrations/0029_failed_comparisons.py.
_FOUND: Final = """
SELECT watched.flag, watched.epoch, found.*
FROM unnest(%(seams)s::text[], %(flags)s::text[], %(epochs)s::bigint[]) AS watched (seam, flag, epoch)
CROSS JOIN LATERAL (
    SELECT c.seam, c.verdict, c.signature, c.account_id, c.operation_id, c.stage, c.at
    FROM migration_harness_comparison c
    WHERE c.verdict IN ('mismatch', 'candidate_error', 'timeout', 'blocked') AND c.flag_epoch >= watched.epoch
      AND c.seam = watched.seam AND c.run = '' AND c.execution_path <> 'replay' AND c.at >= %(since)s
    ORDER BY c.flag_epoch LIMIT 1
) found
ORDER BY found.at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A flag that is to be rolled back, and the comparison for which it is.

    ``epoch`` is the flag's when it was looked at; ``stage`` and ``at`` are the comparison's.
    """

    flag: str
    epoch: int
    seam: str
    verdict: str
    signature: str
    account_id: str
    operation_id: str
    stage: str
    at: datetime

    @property
    def sentence(self) -> str:
        """Why, in one sentence."""
        whose = f" on account {self.account_id}" if self.account_id else ""
        which = f", operation {self.operation_id}" if self.operation_id else ""
        return (
            f"{self.seam} found an unexplained {self.verdict.replace('_', ' ')} (discrepancy {self.signature})"
            f"{whose}{which}."
        )

    @property
    def evidence(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {
            "flag": self.flag,
            "seam": self.seam,
            "verdict": self.verdict,
            "signature": self.signature,
            "account_id": self.account_id,
            "operation_id": self.operation_id,
            "stage": self.stage,
            "compared_at": self.at.isoformat(),
        }


def watched_seams() -> dict[str, str]:
    """Return the money seams whose unexplained comparisons roll back, each with its flag."""
    off = _switched_off()
    return {seam.name: seam.flag for seam in seams if seam.money and seam.flag not in off}


def due(*, now: datetime, database: Any = connection) -> list[Due]:
    """Return the flags that are to be rolled back, each once; ``database`` is a connection of Django's or psycopg's.

    Two quick statements, of which the second is made only where a candidate answers somebody.
    """
    wanted = watched_seams()
    if not wanted:
        return []
    with database.cursor() as cursor:
        cursor.execute(_FLAGS)
        flags = {
            name: _Standing(epoch=epoch, requires=requires, reaches=reaches)
            for name, epoch, requires, reaches in cursor.fetchall()
        }
        answering = {seam: flag for seam, flag in wanted.items() if _answers_somebody(flag, flags)}
        if not answering:
            return []
        cursor.execute(
            _FOUND,
            {
                "seams": list(answering),
                "flags": list(answering.values()),
                "epochs": [flags[flag].epoch for flag in answering.values()],
                "since": now - LOOK_BACK,
            },
        )
        found = [_due(*row) for row in cursor.fetchall()]
    # The earliest one of each flag.
    return list({each.flag: each for each in reversed(found)}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A flag's epoch, what it requires, and whether it alone may put any account into its cohort."""

    epoch: int
    requires: list[str]
    reaches: bool


def _answers_somebody(name: str, flags: Mapping[str, _Standing]) -> bool:
    """Tell whether the candidate may answer any account; a share is taken for somebody, whoever is in it."""
    flag = flags.get(name)
    return flag is not None and flag.reaches and all(_answers_somebody(each, flags) for each in flag.requires)


def _due(flag: str, epoch: int, seam: str, verdict: str, signature: str, *rest: Any) -> Due:
    account_id, operation_id, stage, at = rest
    return Due(
        flag=flag,
        epoch=epoch,
        seam=seam,
        verdict=verdict,
        signature=signature,
        account_id=account_id,
        operation_id=operation_id,
        stage=stage,
        at=at,
    )


def _switched_off() -> frozenset[str]:
    """Return the flags whose plan says that a person rolls them back."""
    try:
        return frozenset(flag.name for flag in plan().flags if not flag.rolls_back_itself)
    except HarnessMisconfigured:
        return frozenset()
