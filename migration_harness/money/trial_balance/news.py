"""What is new: entries, usage logs and comparisons that were not checked yet, each once.

Note [Late commits]: ids are given when a row is written, not when it commits. So the ids that are missing when those
behind them are checked are kept as gaps with the number of the transaction that would begin next: when all before it
have ended nobody comes any more. Rows that come into a gap are checked like those at the end. Comparisons are gone
through by their turns, up to what is folded: see ``sql/turns.sql``.
"""

from typing import Final

from migration_harness.models import TrialGap, TrialState
from migration_harness.money.books import ENTRIES, USAGE
from migration_harness.money.trial_balance import blocks, evidence_laws, ledger_laws
from migration_harness.money.trial_balance.blocks import Row
from migration_harness.money.trial_balance.faults import keep
from migration_harness.money.trial_balance.found import Found, Range
from migration_harness.money.trial_balance.progress import state
from migration_harness.money.trial_balance.turns import Turn

SLICE_ROWS: Final = 5_000
_GAPS: Final = 1_000

_NOTHING: Final = -(2**63)
_LATE: Final = """
SELECT first_id, last_id FROM migration_harness_trialgap WHERE book = %(book)s ORDER BY xid, id LIMIT %(most)s
"""
# A counter that went back would let a gap stay for ever: the server is another one, and nobody is on their way there.
_SETTLE: Final = """
DELETE FROM migration_harness_trialgap WHERE id IN (
    SELECT id FROM migration_harness_trialgap
    WHERE book = %(book)s AND (xid <= %(oldest)s OR xid > %(newest)s) ORDER BY xid, id LIMIT %(most)s
)
"""
_NEXT_TURN: Final = """
SELECT xid::text::bigint FROM migration_harness_comparison
WHERE xid >= %(mark)s::xid8 AND xid < '9223372036854775807'::xid8 ORDER BY xid OFFSET %(most)s LIMIT 1
"""
_FOLDED: Final = "SELECT coalesce(max(watermark), 0) FROM migration_harness_foldstate"


def read(turn: Turn, *, book: str) -> bool:
    """Check the next rows of a book and those that came late; returns whether there are more."""
    mark = state(turn)
    after = mark.entries_to if book == ENTRIES else mark.usage_to
    new = blocks.rows_behind(turn, book, after=after, most=SLICE_ROWS)
    gaps = [Range(*gap) for gap in turn.rows(_LATE, {"book": book, "most": _GAPS})]
    late = blocks.unknown(turn, book, blocks.rows_in(turn, book, gaps)) if gaps else []
    if new or late:
        ranges = [*Range.each(row.number for row in late), *([Range(new[0].number, new[-1].number)] if new else [])]
        keep(broken_by(turn, book, ranges, mark))
        blocks.take_in(turn, book, [*late, *new])
    turn.rows(_SETTLE, {"book": book, "oldest": turn.oldest, "newest": turn.newest, "most": _GAPS})
    if new:
        _leave_gaps(turn, book, new, after=after)
        column = "entries_to" if book == ENTRIES else "usage_to"
        TrialState.objects.filter(pk=1).update(**{column: new[-1].number})
    return len(new) == SLICE_ROWS


def read_comparisons(turn: Turn) -> bool:
    """Check the next comparisons; returns whether there are more."""
    first = state(turn).evidence_turn
    following = turn.rows(_NEXT_TURN, {"mark": str(first), "most": SLICE_ROWS})
    if following:
        before = mark = max(following[0][0], first + 1)
    else:
        before, mark = 2**63 - 1, max(first, turn.rows(_FOLDED)[0][0])
    keep(evidence_laws.of_turns(turn, first=first, before=before))
    TrialState.objects.filter(pk=1).update(evidence_turn=mark)
    return bool(following)


def broken_by(turn: Turn, book: str, ranges: list[Range], mark: TrialState) -> list[Found]:
    """Return what rows of a book break."""
    if book == USAGE:
        return ledger_laws.of_usage(turn, ranges)
    return [*ledger_laws.of_entries(turn, ranges), *evidence_laws.of_charges(turn, ranges, since=mark.evidence_since)]


def _leave_gaps(turn: Turn, book: str, new: list[Row], *, after: int) -> None:
    numbers = [row.number for row in new]
    begins = [] if after == _NOTHING else [after]
    TrialGap.objects.bulk_create(
        TrialGap(book=book, first_id=gap.first, last_id=gap.last, xid=turn.newest)
        for gap in blocks.gaps_between([*begins, *numbers])
    )
