"""Tells of discrepancies that were not there before, on flags whose candidate answers somebody: each once.

A whole operation is of no flag. One that differs is told where any candidate answers somebody; one that broke a law
is told always, since it did so for a customer, whatever the flags say.

Folding notes the first time in its own transaction (``sql/notices.sql``). What is told here commits together with the
mark that it was: a worker that is ended in the middle has told nothing, and another one does.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from django.utils import timezone

from migration_harness import queries
from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import COHORT_STAGES
from migration_harness.isolation import read_committed
from migration_harness.models import DayRollup, Notice, SeenDiscrepancy
from migration_harness.operations.laws import PREFIX
from migration_harness.plan import plan
from migration_harness.queries import Discrepancy, FlagStatus
from migration_harness.rollout.notices.outbox import NoticeKind, notice_of, put_down

MOST_OF_A_FLAG: Final = 10
"""That are told one by one at a time; more are told as one."""
_AT_ONCE: Final = 500


def tell_new_discrepancies() -> None:
    """Tell of what was seen first since the last call; safe to run twice, and at the same time."""
    while SeenDiscrepancy.objects.filter(looked_at=None).exists() and _look() == _AT_ONCE:
        pass


def _look() -> int:
    with read_committed():
        new = SeenDiscrepancy.objects.select_for_update(skip_locked=True).filter(looked_at=None)
        seen = list(new.order_by("first_at")[:_AT_ONCE])
        for subject, found in _to_be_told({each.signature: each.seam for each in seen}).items():
            for notice in _notices(subject, found):
                put_down(notice)
        SeenDiscrepancy.objects.filter(pk__in=[each.pk for each in seen]).update(looked_at=timezone.now())
    return len(seen)


def _to_be_told(seams: Mapping[str, str]) -> dict[str, list[Discrepancy]]:
    """Return of some signatures those that somebody is told of, by flag, or by operation."""
    flags = plan().seams
    live = _live_flags()
    whole = {each for each, seam in seams.items() if seam.startswith(PREFIX)}
    # A call that the candidate answered counts, also where its flag was rolled back since.
    answered = DayRollup.objects.filter(signature__in=seams, run="", stage__in=COHORT_STAGES)
    was_live = set(answered.values_list("signature", flat=True))
    wanted = {each for each, seam in seams.items() if seam in flags and (flags[seam] in live or each in was_live)}
    found: dict[str, list[Discrepancy]] = defaultdict(list)
    for each in queries.discrepancies() if wanted or whole else ():
        if each.signature in wanted and queries.needs_review([each]):
            found[flags[each.seam]].append(each)
        elif each.signature in whole and (live or each.verdict == Verdict.UNLAWFUL) and queries.needs_review([each]):
            found[each.seam].append(each)
    return found


def _live_flags() -> set[str]:
    """Return the flags whose candidate answers somebody; where nobody is known to be let in, it answers nobody."""
    flags = {each.name: each for each in queries.flag_statuses()}
    return {name for name in flags if _lets_somebody_in(name, flags)}


def _lets_somebody_in(name: str, flags: Mapping[str, FlagStatus]) -> bool:
    flag = flags.get(name)
    if flag is None or flag.everyone is False or not (flag.everyone or flag.included or flag.share_bps):
        return False
    return all(_lets_somebody_in(required, flags) for required in flag.requires)


def _notices(subject: str, found: list[Discrepancy]) -> Iterator[Notice]:
    if len(found) > MOST_OF_A_FLAG:
        yield _of_many(subject, found)
    else:
        yield from (_of_one(subject, each) for each in found)


def _of_one(subject: str, found: Discrepancy) -> Notice:
    return notice_of(
        kind=NoticeKind.NEW_DISCREPANCY,
        subject=subject,
        sentence=f"{_happened(subject, found)} Look: harness discrepancies show {found.signature}{_back(subject)}",
        details={
            "seam": found.seam,
            "verdict": found.verdict,
            "signature": found.signature,
            "comparisons": found.count,
            "accounts": found.accounts,
        },
    )


def _happened(subject: str, found: Discrepancy) -> str:
    where = found.raised or ", ".join(found.unexpected) or "the whole answer"
    what = f"{found.verdict.replace('_', ' ')}, {where}."
    operation = subject.removeprefix(PREFIX)
    if found.verdict == Verdict.UNLAWFUL:
        return f"The operation {operation} broke a law as it was not seen to before, whatever the flags say: {where}."
    if operation != subject:
        return (
            f"The operation {operation} as a whole does something else on the target side than was seen before, and "
            f"candidates answer customers: {what}"
        )
    whose = f"the candidate of {subject} answers customers"
    return f"{found.seam} differs in a way that was not seen before, and {whose}: {what}"


def _back(subject: str) -> str:
    """Return the way back, of what has one: an operation is of no flag."""
    return "" if subject.startswith(PREFIX) else f"; back at once: harness rollback {subject}"


def _of_many(subject: str, found: list[Discrepancy]) -> Notice:
    seams = sorted({each.seam for each in found})
    return notice_of(
        kind=NoticeKind.NEW_DISCREPANCY,
        subject=subject,
        sentence=(
            f"{', '.join(seams)} differ in {len(found):,} ways that were not seen before, and a candidate answers "
            f"customers. Look: harness discrepancies list{_back(subject)}"
        ),
        details={
            "seams": ", ".join(seams),
            "discrepancies": len(found),
            "comparisons": sum(each.count for each in found),
        },
    )
