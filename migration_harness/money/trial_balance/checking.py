"""Checks the books: what is new at once, what is old by and by, and at once where somebody has changed it."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from django.utils import timezone

from migration_harness.exceptions import TrialBalanceBusy
from migration_harness.models import TrialFault, TrialPass, TrialState
from migration_harness.money.books import ENTRIES, USAGE, Books, books
from migration_harness.money.trial_balance import around, blocks, evidence_laws, ledger_laws
from migration_harness.money.trial_balance.faults import keep, look_again
from migration_harness.money.trial_balance.found import Found, LawName, Range
from migration_harness.money.trial_balance.news import broken_by, read, read_comparisons
from migration_harness.money.trial_balance.passes import HURRIED, ROLLING, Pass
from migration_harness.money.trial_balance.progress import begin_where_needed, keep_evidence_since, pass_named, state
from migration_harness.money.trial_balance.signals import listen
from migration_harness.money.trial_balance.standing import TrialBalance, standing
from migration_harness.money.trial_balance.turns import Busy, Turn, turn

TICK_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.2

OnProgress = Callable[[int, int], object]


def check(*, at_most_seconds: float = TICK_SECONDS) -> TrialBalance:
    """Make one tick, and return where the trial balance stands.

    What is new is checked as far as the time goes, then what is due, and a step of each way through what is old. Safe
    to run twice, at the same time, and again after it was ended anywhere. Where another session checks it is left to
    it. Raises what the database raises; then the balance is soon unknown.
    """
    with suppress(Busy):
        _tick(books(), deadline=time.monotonic() + at_most_seconds)
    return standing()


def check_all(*, on_progress: OnProgress = lambda _done, _total: None) -> TrialBalance:
    """Check every row, new or old, and return where the trial balance stands; takes minutes for each million of rows.

    ``on_progress`` is called with how many rows were gone through, and how many there are. Raises TrialBalanceBusy
    where another session checks for too long.
    """
    found = books()
    _patiently(lambda: _tick(found, deadline=float("inf"), whole_trail=True))
    if found is not None:
        _go_through(found, on_progress)
    _patiently(lambda: _tick(found, deadline=float("inf")))
    return standing()


def _tick(found: Books | None, *, deadline: float, whole_trail: bool = False) -> None:
    with turn(found) as here:
        begin_where_needed(here)
        state(here)
        keep_evidence_since(here)
        listen(here)
    is_caught_up = found is None or _read_news(found, deadline)
    with turn(found) as here:
        look_again(at=lambda law, faults: _again(here, law, faults), laws=set(LawName) - {LawName.TRAIL})
        keep(around.drifted())
    around.check_trail(found, whole=whole_trail)
    if found is not None:
        for each in HURRIED:
            while pass_named(each.name).rounds_due and time.monotonic() < deadline:
                _one_step(found, each)
        for each in ROLLING:
            if time.monotonic() < deadline:
                _one_step(found, each)
    with turn(found):
        TrialState.objects.filter(pk=1).update(checked_at=timezone.now(), is_caught_up=is_caught_up)


def _read_news(found: Books, deadline: float) -> bool:
    """Read what is new as far as the time goes; returns whether that was all."""
    left: list[Callable[[Turn], bool]] = [partial(read, book=ENTRIES), partial(read, book=USAGE), read_comparisons]
    while left and time.monotonic() < deadline:
        left = [one for one in left if _in_turn(found, one)]
    return not left


def _one_step(found: Books, each: Pass) -> bool:
    return _in_turn(found, each.go_on)


def _in_turn(found: Books, act: Callable[[Turn], bool]) -> bool:
    with turn(found) as here:
        return act(here)


def _again(here: Turn, law: LawName, faults: list[TrialFault]) -> list[Found]:
    """Look again at rows that broke a law."""
    rows = [row for fault in faults for row in fault.rows]
    match law:
        case LawName.CHAIN | LawName.OPERATION | LawName.USAGE | LawName.EVIDENCE:
            return broken_by(here, ENTRIES, list(Range.each(rows)), state(here))
        case LawName.USAGE_CHARGE:
            return broken_by(here, USAGE, list(Range.each(rows)), state(here))
        case LawName.BALANCE:
            return ledger_laws.of_accounts(here, account_ids=[fault.key for fault in faults])
        case LawName.EVIDENCE_CHARGE:
            return evidence_laws.of_comparisons(here, keys=[fault.key for fault in faults])
        case LawName.UNCHANGED:
            return _unchanged(here, faults)
        case LawName.DRIFT:
            return around.drifted()
        case LawName.TRAIL:
            return []


def _unchanged(here: Turn, faults: list[TrialFault]) -> list[Found]:
    """Look again at rows that were changed; of those from before the books were begun nothing else is known."""
    mark = state(here)
    still = [_as_it_was(fault) for fault in faults if fault.since < mark.begun_at]
    keys = [fault.key.split() for fault in faults if fault.since >= mark.begun_at]
    for book, to in ((ENTRIES, mark.entries_to), (USAGE, mark.usage_to)):
        still += blocks.compare(here, book, blocks.blocks_of(int(key) for of, key in keys if of == book), to=to)
    return still


def _as_it_was(fault: TrialFault) -> Found:
    return Found(law=LawName(fault.law), key=fault.key, sentence=fault.sentence)


def _go_through(found: Books, on_progress: OnProgress) -> None:
    """Go all ways through what is old, from their beginning to their end."""
    sizes = _sizes(found)
    done, total = 0, sum(sizes.values())
    on_progress(done, total)
    for each in ROLLING:
        TrialPass.objects.filter(name=each.name).update(position="")
        steps, is_left = 0, True
        while is_left:
            is_left = _patiently(partial(_one_step, found, each))
            steps += 1
            on_progress(min(total, done + steps * each.rows), total)
        done += sizes[each.name]
    on_progress(total, total)


def _sizes(found: Books) -> dict[str, int]:
    """Return about how many rows each way goes through."""
    with turn(found) as here:
        return {each.name: each.size(here) for each in ROLLING}


def _patiently(act: Callable[[], bool | None]) -> bool:
    """Return what an act returns, when no other session is checking; raises TrialBalanceBusy."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return bool(act())
        except Busy:
            if time.monotonic() >= deadline:
                raise TrialBalanceBusy(
                    "Another session has been checking the books for a minute. Look at harness trial-balance, and say "
                    "it again."
                ) from None
        time.sleep(_PAUSE_SECONDS)
