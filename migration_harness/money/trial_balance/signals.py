"""Whether somebody has changed or removed rows that nobody changes, by what the server counts itself.

No trigger and no setting of a session keeps PostgreSQL from counting the rows of a table that were updated or deleted;
the counts of tables that only grow are zero for ever. What a session counted is seen within seconds after its
transaction. The counts are lost with a crash and can be set to zero: so a start of the server, and a count that falls,
mean as much as one that rises.
"""

from typing import Any, Final

from migration_harness.models import TrialState
from migration_harness.money.trial_balance.progress import make_due, state
from migration_harness.money.trial_balance.turns import Turn

TRAIL: Final = "trail"

_COUNTED: Final = """
SELECT s.n_tup_upd + s.n_tup_del, s.n_tup_ins FROM pg_stat_all_tables s WHERE s.relid = to_regclass(%(table)s)
"""
_LOG: Final = """
SELECT coalesce(sum(s.n_tup_upd + s.n_tup_del), 0)::bigint
FROM pg_inherits i JOIN pg_stat_all_tables s ON s.relid = i.inhrelid
WHERE i.inhparent = 'migration_harness_comparison'::regclass
"""
_SERVER: Final = "SELECT pg_postmaster_start_time()::text, current_setting('track_counts')"


def listen(turn: Turn) -> None:
    """Make the passes due whose rows somebody has changed or removed since it was asked last."""
    known = state(turn).counters
    now = _counters(turn)
    for name in now.keys() - {"server"}:
        if _has_moved(known.get(name), now[name]) or known.get("server") != now["server"] or now["server"][1] != "on":
            make_due(name)
    if known != now:
        TrialState.objects.filter(pk=1).update(counters=now)


def _counters(turn: Turn) -> dict[str, list[Any]]:
    """Return, by the pass that is to be gone, how many rows were changed or removed, and how many were added."""
    tables = {TRAIL: "migration_harness_auditevent"}
    counters: dict[str, list[Any]] = {"server": list(turn.rows(_SERVER)[0])}
    if turn.books is not None:
        tables |= {f"changed {book}": table for book, table in turn.books.tables.items()}
        # A day that is dropped takes its counts with it: only a rise says something.
        counters["changed comparisons"] = [turn.rows(_LOG)[0][0], 0]
    for name, table in tables.items():
        found = turn.rows(_COUNTED, {"table": table})
        counters[name] = list(found[0]) if found else [0, 0]
    return counters


def _has_moved(known: list[Any] | None, now: list[Any]) -> bool:
    if known is None:
        return False
    return bool(now[0] > known[0] or now[1] < known[1])
