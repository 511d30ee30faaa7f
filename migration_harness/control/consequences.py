"""Who is affected by a change of a flag: commands and API say it in the same numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from migration_harness.accounts import in_order
from migration_harness.deciding.snapshot import Snapshot


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
    was, now = set(cohort_of(before, name, ids)), set(cohort_of(after, name, ids))
    return Effect(
        on_candidate=len(now),
        accounts=len(ids),
        joined=tuple(in_order(now - was)),
        left=tuple(in_order(was - now)),
    )


def effects_of(*, before: Snapshot, after: Snapshot, name: str, account_ids: Iterable[str]) -> dict[str, Effect]:
    """Return what a change of the flag ``name`` did to the cohorts of these accounts, by flag.

    The flag itself comes first; one that requires it, directly or not, follows where accounts joined or left it.
    """
    ids = list(account_ids)
    own = effect_of(before=before, after=after, name=name, account_ids=ids)
    moved = (*own.joined, *own.left)
    return {name: own} | {
        each: effect_of(before=before, after=after, name=each, account_ids=ids)
        for each in after.requiring(name)
        if cohort_of(before, each, moved) != cohort_of(after, each, moved)
    }


def moved_along(*, before: Snapshot, after: Snapshot, name: str, account_id: str) -> list[str]:
    """Return the flags that require the flag ``name`` and whose cohort an account has joined or left with it."""
    return [
        each
        for each in after.requiring(name)
        if before.in_cohort(each, account_id) != after.in_cohort(each, account_id)
    ]


def cohort_of(snapshot: Snapshot, name: str, account_ids: Iterable[str]) -> list[str]:
    """Return those of these accounts for which the candidate is authoritative, in the given order."""
    flag = snapshot.flags.get(name)
    if flag is None or flag.everyone is False:
        return []
    if flag.everyone is None and not flag.share_bps:
        # Nobody but those who are named: a page asks this of every account.
        account_ids = [account_id for account_id in account_ids if account_id in flag.included]
    for required in flag.requires:
        # Who is not in the cohort of a required flag needs no look at the share of this one.
        account_ids = cohort_of(snapshot, required, account_ids)
    return [account_id for account_id in account_ids if flag.includes(account_id)]
