"""Tells of discrepancies that were not there before, on flags whose candidate answers somebody: each once.

Folding notes the first time in its own transaction (``sql/notices.sql``). What is told here commits together with the
mark that it was: a worker that is ended in the middle has told nothing, and another one does.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from django.utils import timezone

from migration_harness import queries
from migration_harness.deciding.stages import COHORT_STAGES
from migration_harness.isolation import read_committed
from migration_harness.models import DayRollup, Notice, SeenDiscrepancy
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
        for flag, found in _to_be_told({each.signature: each.seam for each in seen}).items():
            for notice in _notices(flag, found):
                put_down(notice)
        SeenDiscrepancy.objects.filter(pk__in=[each.pk for each in seen]).update(looked_at=timezone.now())
    return len(seen)


def _to_be_told(seams: Mapping[str, str]) -> dict[str, list[Discrepancy]]:
    """Return of some signatures those that somebody is told of, by flag."""
    flags = plan().seams
    live = _live_flags()
    # A call that the candidate answered counts, also where its flag was rolled back since.
    answered = DayRollup.objects.filter(signature__in=seams, run="", stage__in=COHORT_STAGES)
    was_live = set(answered.values_list("signature", flat=True))
    wanted = {each for each, seam in seams.items() if seam in flags and (flags[seam] in live or each in was_live)}
    found: dict[str, list[Discrepancy]] = defaultdict(list)
    for each in queries.discrepancies() if wanted else ():
        if each.signature in wanted and queries.needs_review([each]):
            found[flags[each.seam]].append(each)
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


def _notices(flag: str, found: list[Discrepancy]) -> Iterator[Notice]:
    if len(found) > MOST_OF_A_FLAG:
        yield _of_many(flag, found)
    else:
        yield from (_of_one(flag, each) for each in found)


def _of_one(flag: str, found: Discrepancy) -> Notice:
    where = ", ".join(found.paths) or "the whole answer"
    return notice_of(
        kind=NoticeKind.NEW_DISCREPANCY,
        subject=flag,
        sentence=(
            f"{found.seam} differs in a way that was not seen before, and the candidate of {flag} answers customers: "
            f"{found.verdict.replace('_', ' ')} in {where}. Look: harness discrepancies show {found.signature}; "
            f"back at once: harness rollback {flag}"
        ),
        details={
            "seam": found.seam,
            "verdict": found.verdict,
            "signature": found.signature,
            "comparisons": found.count,
            "accounts": found.accounts,
        },
    )


def _of_many(flag: str, found: list[Discrepancy]) -> Notice:
    seams = sorted({each.seam for each in found})
    return notice_of(
        kind=NoticeKind.NEW_DISCREPANCY,
        subject=flag,
        sentence=(
            f"{', '.join(seams)} differ in {len(found):,} ways that were not seen before, and the candidate of {flag} "
            f"answers customers. Look: harness discrepancies list; back at once: harness rollback {flag}"
        ),
        details={
            "seams": ", ".join(seams),
            "discrepancies": len(found),
            "comparisons": sum(each.count for each in found),
        },
    )
