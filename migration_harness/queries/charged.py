"""What accounts were charged by the candidate: by account from the rollups and the tail, by kind from the log.

A comparison is of a call that was charged, so neither refunds and top-ups nor what was healed is in it. Calls that are
not compared are not in it either: so what is asked of it is credits for each charge, and never a balance.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from migration_harness.database import connection
from migration_harness.deciding.execution_path import ExecutionPath

Kind: TypeAlias = tuple[str, str]
"""Operation and model, as a money seam groups by them."""

_BY_ACCOUNT: Final = """
SELECT account_id, flag_epoch, sum(comparisons)::bigint, sum(candidate_sum)
FROM migration_harness_account_evidence
WHERE day >= date_trunc('day', %(since)s::timestamptz, 'UTC') AND run = '' AND seam = ANY(%(seams)s)
  AND flag_epoch >= %(epoch)s AND account_id <> '' AND candidate_sum IS NOT NULL
GROUP BY 1, 2
"""
_KINDS: Final = """
SELECT DISTINCT group_by[1], group_by[2]
FROM migration_harness_evidence
WHERE day >= date_trunc('day', %(since)s::timestamptz, 'UTC') AND run = '' AND execution_path <> %(replay)s
  AND seam = ANY(%(seams)s) AND flag_epoch >= %(epoch)s AND cardinality(group_by) >= 2
"""
_BY_KIND: Final = """
SELECT account_id, flag_epoch, group_by[1], group_by[2], count(*), sum(candidate_measure)
FROM migration_harness_comparison
WHERE at >= date_trunc('day', %(since)s::timestamptz, 'UTC') AND run = '' AND execution_path <> %(replay)s
  AND seam = ANY(%(seams)s) AND flag_epoch >= %(epoch)s AND account_id = ANY(%(accounts)s)
  AND cardinality(group_by) >= 2 AND candidate_measure IS NOT NULL
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which comparisons are asked for: of these seams, from the day of ``since`` on, of this epoch and later."""

    seams: Collection[str]
    since: datetime
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """Charges of one account under one epoch of the flag, and what the candidate's prices of them come to."""

    account_id: str
    epoch: int
    charges: int
    credits: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedOfKind(Charged):
    """Those of one operation and model."""

    kind: Kind


def charged_by_account(window: Window) -> list[Charged]:
    """Return what the candidate's prices came to, by account and epoch."""
    return [
        Charged(account_id=account_id, epoch=at, charges=charges, credits=credits_)
        for account_id, at, charges, credits_ in _rows(_BY_ACCOUNT, window)
    ]


def kinds_charged(window: Window) -> list[Kind]:
    """Return the operations and models that were priced."""
    return _rows(_KINDS, window)


def charged_by_kind(window: Window, *, account_ids: Collection[str]) -> list[ChargedOfKind]:
    """Return what the candidate's prices of a few accounts came to, by operation and model too. It reads the log."""
    return [
        ChargedOfKind(account_id=account_id, epoch=at, kind=(operation, model), charges=charges, credits=credits_)
        for account_id, at, operation, model, charges, credits_ in _rows(_BY_KIND, window, accounts=list(account_ids))
    ]


def _rows(sql: str, window: Window, **parameters: Any) -> list[tuple[Any, ...]]:
    asked: dict[str, Any] = {"seams": list(window.seams), "since": window.since, "epoch": window.epoch}
    with connection.cursor() as cursor:
        cursor.execute(sql, asked | {"replay": ExecutionPath.REPLAY.value} | parameters)
        return list(cursor.fetchall())
