"""How far the trial balance has come: its state, and its passes through what is old."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from migration_harness.conf import days_kept
from migration_harness.models import TrialBlock, TrialGap, TrialPass, TrialState
from migration_harness.money.trial_balance.turns import Turn

_A_DAY: Final = timedelta(days=1)
_MARGIN: Final = timedelta(hours=1)

# Whole days go with their partitions, the oldest first.
_OLDEST_DAY: Final = """
SELECT min(to_timestamp(substring(c.relname FROM '_(\\d{8})$') || '+00', 'YYYYMMDDTZH'))
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'migration_harness_comparison'::regclass AND c.relname ~ '_\\d{8}$'
"""
_OLDEST: Final = "SELECT min(at) FROM migration_harness_comparison"


def state(turn: Turn) -> TrialState:
    """Return the state, made when it is asked for first."""
    return TrialState.objects.filter(pk=1).first() or _begin(turn)


def begin_where_needed(turn: Turn) -> None:
    """Have the books read from their beginning where they are read by other statements than before.

    Their rows may read otherwise, though nobody changed them. What is known to be changed stays so.
    """
    kept = TrialState.objects.filter(pk=1).first()
    if kept is None or kept.books == _digest(turn):
        return
    for table in (TrialBlock, TrialGap, TrialPass, TrialState):
        table.objects.all().delete()
    _begin(turn)


def keep_evidence_since(turn: Turn) -> None:
    """Move the time from which on all comparisons are still there.

    It goes forward only, with the days that are kept and with the days that there are: where the setting is raised
    later, or another process knows another one, what was removed before does not come back.
    """
    since = [timezone.now() - timedelta(days=days_kept("KEEP_COMPARISONS_DAYS")) + _MARGIN]
    ((oldest_day,),) = turn.rows(_OLDEST_DAY)
    if oldest_day is not None:
        since.append(oldest_day + _MARGIN)
    TrialState.objects.filter(pk=1, evidence_since__lt=max(since)).update(evidence_since=max(since))


def pass_named(name: str) -> TrialPass:
    """Return a pass, made when it is asked for first."""
    found: TrialPass = TrialPass.objects.get_or_create(name=name)[0]
    return found


def went_on(gone: TrialPass, *, position: str) -> None:
    """Keep where a pass is; empty: at its end, from which it begins anew."""
    gone.position = position
    if not position:
        gone.rounds_due, gone.rounds, gone.finished_at = max(0, gone.rounds_due - 1), gone.rounds + 1, timezone.now()
    gone.save()


def make_due(name: str) -> None:
    """Have a pass gone at once: one that is on its way comes to its end, and is gone once more from the beginning."""
    due = pass_named(name)
    due.rounds_due = 2 if due.rounds_due and due.position else 1
    if due.rounds_due == 1:
        due.position = ""
    due.save()


def _begin(turn: Turn) -> TrialState:
    made = TrialState(id=1, books=_digest(turn), begun_at=timezone.now(), evidence_since=_oldest_kept(turn))
    made.save(force_insert=True)
    return made


def _digest(turn: Turn) -> str:
    return "" if turn.books is None else turn.books.digest


def _oldest_kept(turn: Turn) -> datetime:
    """Return from when on all comparisons are there, when nothing is known of what was removed before."""
    ((oldest,),) = turn.rows(_OLDEST)
    yesterday = timezone.now() - _A_DAY
    if oldest is None:
        return yesterday
    return oldest - _MARGIN if oldest > yesterday else oldest + _MARGIN  # type: ignore[no-any-return]
