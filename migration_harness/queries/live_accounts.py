"""How many accounts the candidate answers, by any flag and by each, without counting them anew for every page."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from migration_harness.accounts import directory
from migration_harness.deciding.snapshot import Snapshot

KEPT_SECONDS: Final = 10.0
"""A flag that changes is counted at once; an account that came or went, after this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAccounts:
    """``live`` of all ``accounts`` are on the candidate by one flag at least; ``by_flag`` has each flag's own."""

    live: int
    accounts: int
    by_flag: Mapping[str, int]


_kept: dict[frozenset[tuple[str, str, int]], tuple[float, LiveAccounts]] = {}
"""The newest count, by the flags that it is of: their names, salts and epochs."""


def live_accounts(snapshot: Snapshot) -> LiveAccounts:
    """Return how many accounts are on the candidate by these flags."""
    flags = frozenset((flag.name, flag.salt, flag.epoch) for flag in snapshot.flags.values())
    now = time.monotonic()
    known = _kept.get(flags)
    if known is not None and now - known[0] < KEPT_SECONDS:
        return known[1]
    found = _counted(snapshot)
    # Two threads may count at the same time, and the later one is kept.
    _kept.clear()
    _kept[flags] = (now, found)
    return found


def _counted(snapshot: Snapshot) -> LiveAccounts:
    """Count; a flag that includes everybody or nobody needs no look at anybody."""
    ids = directory().all_ids()
    names = [flag.name for flag in snapshot.flags.values() if not flag.retired]
    answers = {name: snapshot.unanimous(name) for name in names}
    cohorts = {
        name: {each for each in ids if snapshot.in_cohort(name, each)}
        for name, answer in answers.items()
        if answer is None
    }
    live = len(ids) if True in answers.values() else len(set().union(*cohorts.values()))
    by_flag = {
        name: len(cohorts[name]) if answer is None else (len(ids) if answer else 0) for name, answer in answers.items()
    }
    return LiveAccounts(live=live, accounts=len(ids), by_flag=by_flag)
