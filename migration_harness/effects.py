"""Who is affected by a change of a flag: commands and API say it in the same numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from migration_harness.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A flag's cohort after a change, and what the change did to it.

    Attributes:
        on_candidate: How many accounts are in the cohort now.
        accounts: How many accounts there are.
        joined: The ids of those that came to the candidate, in order.
        left: The ids of those that went back to the control, in order.
    """

    on_candidate: int
    accounts: int
    joined: tuple[str, ...]
    left: tuple[str, ...]


def effect_of(*, before: Snapshot, after: Snapshot, name: str, account_ids: Iterable[str]) -> Effect:
    """Compare the cohort of the flag ``name`` in two snapshots, over these accounts."""
    ids = list(account_ids)
    was = {account_id for account_id in ids if before.in_cohort(name, account_id)}
    now = {account_id for account_id in ids if after.in_cohort(name, account_id)}
    return Effect(
        on_candidate=len(now),
        accounts=len(ids),
        joined=tuple(sorted(now - was)),
        left=tuple(sorted(was - now)),
    )
