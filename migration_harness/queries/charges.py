"""What charges cost on both sides, of one account or of those that leave a cohort."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from migration_harness.accounts import directory
from migration_harness.control.consequences import Effect
from migration_harness.database import connection
from migration_harness.deciding.registry import seams

RECENT_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfReturn:
    """What going back to the legacy price means for the accounts that leave cohorts, each counted once."""

    pay_more: int
    dry_within_a_day: int


def recent_charges(account_id: str, *, flags: Iterable[str]) -> tuple[int, Decimal, Decimal]:
    """Return count, legacy price and new price of an account's compared charges behind flags, of RECENT_DAYS."""
    names = list(_money_seams(flags))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(comparisons), 0)::bigint, coalesce(sum(control_sum), 0), "
            "coalesce(sum(candidate_sum), 0) FROM migration_harness_account_evidence "
            "WHERE account_id = %s AND seam = ANY(%s) AND day > now() - make_interval(days => %s)",
            [account_id, names, RECENT_DAYS],
        )
        count, control, candidate = cursor.fetchone()
    return count, control, candidate


def cost_of_return(effects: Mapping[str, Effect]) -> CostOfReturn:
    """Count who pays more by the legacy tariff, and whose balance is below a day of it.

    ``effects`` has what happened to the cohorts, by flag: charges behind a flag count for the accounts that left it.
    The rate is that of the last 24 hours' compared charges; an account without any is in neither count.
    """
    left = {flag: frozenset(effect.left) for flag, effect in effects.items() if effect.left}
    flag_of = _money_seams(left)
    if not flag_of:
        return CostOfReturn(pay_more=0, dry_within_a_day=0)
    spent: dict[str, tuple[Decimal, Decimal]] = {}
    for account_id, seam, legacy, new in _last_day(flag_of, frozenset().union(*left.values())):
        if account_id in left[flag_of[seam]]:
            before = spent.get(account_id, (Decimal(0), Decimal(0)))
            spent[account_id] = (before[0] + (legacy or 0), before[1] + (new or 0))
    balances = {i: info.balance for i, info in directory().describe(spent).items() if info.balance is not None}
    return CostOfReturn(
        pay_more=sum(1 for legacy, new in spent.values() if legacy > new),
        dry_within_a_day=sum(1 for i, balance in balances.items() if balance < spent[i][0]),
    )


def _money_seams(flags: Iterable[str]) -> dict[str, str]:
    """Return the seams that price charges by one of these flags, each with its flag."""
    asked = set(flags)
    return {seam.name: seam.flag for seam in seams if seam.money and seam.flag in asked}


def _last_day(
    seam_names: Collection[str], account_ids: Collection[str]
) -> list[tuple[str, str, Decimal | None, Decimal | None]]:
    """Return account, seam, and the sums of both prices over the last 24 hours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, seam, sum(control_measure), sum(candidate_measure) FROM migration_harness_comparison "
            "WHERE seam = ANY(%s) AND account_id = ANY(%s) AND at > now() - interval '24 hours' "
            "GROUP BY account_id, seam",
            [list(seam_names), list(account_ids)],
        )
        found: list[tuple[str, str, Decimal | None, Decimal | None]] = cursor.fetchall()
    return found
