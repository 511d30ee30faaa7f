"""What charges cost on both sides, of one account or of those that leave a cohort."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from migration_harness.accounts import directory
from migration_harness.database import connection
from migration_harness.deciding.registry import seams

RECENT_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfReturn:
    """What going back to the legacy price means for the accounts that leave a cohort."""

    pay_more: int
    dry_within_a_day: int


def recent_charges(account_id: str, *, flag: str) -> tuple[int, Decimal, Decimal]:
    """Return count, legacy price and new price of an account's compared charges behind a flag, of RECENT_DAYS."""
    names = [seam.name for seam in seams if seam.flag == flag and seam.money]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(comparisons), 0)::bigint, coalesce(sum(control_sum), 0), "
            "coalesce(sum(candidate_sum), 0) FROM migration_harness_account_evidence "
            "WHERE account_id = %s AND seam = ANY(%s) AND day > now() - make_interval(days => %s)",
            [account_id, names, RECENT_DAYS],
        )
        count, control, candidate = cursor.fetchone()
    return count, control, candidate


def cost_of_return(account_ids: Iterable[str], *, flag: str) -> CostOfReturn:
    """Count who pays more by the legacy tariff, and whose balance is below a day of it.

    The rate is that of the last 24 hours' compared charges; an account without any is in neither count.
    """
    ids = list(account_ids)
    names = [seam.name for seam in seams if seam.flag == flag and seam.money]
    if not ids or not names:
        return CostOfReturn(pay_more=0, dry_within_a_day=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, sum(control_measure), sum(candidate_measure) FROM migration_harness_comparison "
            "WHERE seam = ANY(%s) AND account_id = ANY(%s) AND at > now() - interval '24 hours' "
            "GROUP BY account_id",
            [names, ids],
        )
        spent = {account_id: (legacy or 0, new or 0) for account_id, legacy, new in cursor.fetchall()}
    accounts = directory().describe(spent)
    return CostOfReturn(
        pay_more=sum(1 for legacy, new in spent.values() if legacy > new),
        dry_within_a_day=sum(1 for i, info in accounts.items() if info.balance < spent[i][0]),
    )
