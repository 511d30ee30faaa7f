"""Where the trial balance stands: one answer, what is broken, and how far it was checked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from migration_harness.evidence.findings import Answer, Finding
from migration_harness.models import TrialFault, TrialPass, TrialState
from migration_harness.money.books import ENTRIES, USAGE, Books, books
from migration_harness.money.trial_balance.found import LawName
from migration_harness.money.trial_balance.passes import HURRIED, ROLLING
from migration_harness.wording import age

STALE_SECONDS: Final = 120
"""Six ticks: after that nothing is known."""
SHOWN: Final = 100


_BOOKS: Final = {
    LawName.CHAIN: ENTRIES,
    LawName.BALANCE: ENTRIES,
    LawName.OPERATION: ENTRIES,
    LawName.USAGE: ENTRIES,
    LawName.EVIDENCE: ENTRIES,
    LawName.USAGE_CHARGE: USAGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An invariant that does not hold: which one, with the rows that break it, since when it is known.

    ``book`` is the one whose rows these are, ``entries`` or ``usage``; empty where they are of none.
    """

    law: str
    sentence: str
    account_id: str
    book: str
    rows: tuple[int, ...]
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A way through what is old: how often it came to its end, when last, and whether it is gone at once now."""

    name: str
    rounds: int
    finished_at: datetime | None
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """Every invariant of the ledger, its evidence and the trail, as one answer.

    Attributes:
        finding: Open: all hold. Closed: one is broken. Unknown: not checked, not to the end, or not lately.
        broken: The first of what is broken, the oldest first.
        counts: How much is broken, by law, every law that can be; those that hold have 0.
        unsure: Why nobody knows whether what is not broken holds; empty: it does.
        checked_at: When a tick came to its end last; None: never.
        is_caught_up: Nothing new was left then.
        entries_to: The newest entry that was checked; None: none.
        ways: The ways through what was checked before.
    """

    finding: Finding
    broken: tuple[Broken, ...]
    counts: Mapping[str, int]
    unsure: str
    checked_at: datetime | None
    is_caught_up: bool
    entries_to: int | None
    ways: tuple[Gone, ...]


def standing() -> TrialBalance:
    """Return where the trial balance stands; nothing is checked for it."""
    kept, now = TrialState.objects.filter(pk=1).first(), timezone.now()
    faults = TrialFault.objects.filter(resolved_at=None)
    counts = dict.fromkeys((law.value for law in LawName), 0) | Counter(faults.values_list("law", flat=True))
    broken = tuple(_broken(each) for each in faults.order_by("since", "id")[:SHOWN])
    ways = _ways()
    unsure = _why_unknown(kept, ways, books(), now=now)
    return TrialBalance(
        finding=_finding(broken, sum(counts.values()), unsure, kept, now=now),
        broken=broken,
        counts=counts,
        unsure=unsure,
        checked_at=kept.checked_at if kept else None,
        is_caught_up=bool(kept and kept.is_caught_up),
        entries_to=kept.entries_to if kept and kept.entries_to > -(2**63) else None,
        ways=ways,
    )


def trial_faults_open() -> int:
    """Return how much is broken, and nothing else of where the trial balance stands."""
    return TrialFault.objects.filter(resolved_at=None).count()


def _finding(broken: tuple[Broken, ...], count: int, unsure: str, kept: TrialState | None, *, now: datetime) -> Finding:
    if broken:
        more = f" ({count - 1:,} more)" if count > 1 else ""
        return Finding(answer=Answer.CLOSED, sentence=f"{broken[0].sentence}{more}")
    if unsure:
        return Finding(answer=Answer.UNKNOWN, sentence=unsure)
    ago = age(_silent(kept, now=now).total_seconds())
    return Finding(answer=Answer.OPEN, sentence=f"Every invariant holds; the books were checked {ago} ago.")


def _silent(kept: TrialState | None, *, now: datetime) -> timedelta:
    return max(timedelta(), now - kept.checked_at) if kept and kept.checked_at else timedelta.max


def _why_unknown(kept: TrialState | None, ways: tuple[Gone, ...], found: Books | None, *, now: datetime) -> str:
    if found is None:
        return 'The host names no books: give HARNESS["BOOKS"] the dotted path of its Books.'
    if kept is None or kept.checked_at is None:
        return "The books were never checked to the end of a tick: is migration_harness.trial_balance scheduled?"
    silent = _silent(kept, now=now)
    if silent > timedelta(seconds=STALE_SECONDS):
        return (
            f"The books were checked {age(silent.total_seconds())} ago: see that worker and beat run, and what the "
            "task migration_harness.trial_balance logs."
        )
    if not kept.is_caught_up:
        return f"The books are still being read, up to entry {kept.entries_to:,} so far."
    if due := [each.name for each in ways if each.is_due]:
        return (
            f"Rows were changed where nobody changes any, or the server was started ({', '.join(due)}): looked for now."
        )
    return ""


def _ways() -> tuple[Gone, ...]:
    known = {each.name: each for each in TrialPass.objects.all()}
    return tuple(
        Gone(name=name, rounds=gone.rounds, finished_at=gone.finished_at, is_due=gone.rounds_due > 0)
        for name, gone in (
            (each.name, known.get(each.name) or TrialPass(name=each.name)) for each in (*HURRIED, *ROLLING)
        )
    )


def _broken(fault: TrialFault) -> Broken:
    return Broken(
        law=fault.law,
        sentence=fault.sentence,
        account_id=fault.account_id,
        book=_book(fault),
        rows=tuple(fault.rows),
        since=fault.since,
        seen_at=fault.seen_at,
    )


def _book(fault: TrialFault) -> str:
    """Return the book that a fault's rows are of; a row that was changed says so in its key."""
    if fault.law == LawName.UNCHANGED:
        return fault.key.partition(" ")[0]
    return _BOOKS.get(LawName(fault.law), "")
