"""What was found broken: each break is kept once and told once, and resolved when it is looked at again and gone."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from migration_harness.database import transaction
from migration_harness.faults import alarm
from migration_harness.models import TrialFault
from migration_harness.money.trial_balance.found import Found, LawName

MOST_KEPT: Final = 1_000
"""Open ones: more say no more, and each is looked at again and again."""
AGAIN: Final = 100
"""Looked at again in one tick, with two rows each at most: what a look finds is all of it."""

log = structlog.get_logger("harness")


def keep(found: Iterable[Found]) -> None:
    """Keep breaks that were found; those that are kept already were seen again."""
    by_key = {(each.law.value, each.key): each for each in found}
    if not by_key:
        return
    now = timezone.now()
    known = _open().filter(law__in={law for law, _ in by_key}, key__in={key for _, key in by_key})
    for fault in known:
        by_key.pop((fault.law, fault.key), None)
    room = MOST_KEPT - _open().count()
    new = [
        TrialFault(
            law=law,
            key=key,
            account_id=each.account_id,
            rows=list(each.rows),
            sentence=each.sentence,
            since=now,
            seen_at=now,
        )
        for (law, key), each in list(by_key.items())[: max(0, room)]
    ]
    TrialFault.objects.bulk_create(new)
    for fault in new:
        transaction.on_commit(partial(_tell, fault))


def look_again(*, at: Callable[[LawName, list[TrialFault]], list[Found]], laws: Iterable[LawName]) -> None:
    """Look again at those of some laws that were not seen for longest, and resolve those that are gone."""
    faults = list(_open().filter(law__in=list(laws)).order_by("seen_at", "id")[:AGAIN])
    for law in dict.fromkeys(fault.law for fault in faults):
        of_law = [fault for fault in faults if fault.law == law]
        _settle(of_law, still=at(LawName(law), of_law))


def is_broken(law: LawName) -> bool:
    """Tell whether a law is broken."""
    return _open().filter(law=law).exists()


def _settle(faults: list[TrialFault], *, still: list[Found]) -> None:
    now, found = timezone.now(), {each.key for each in still}
    gone = [fault for fault in faults if fault.key not in found]
    _open().filter(pk__in=[fault.pk for fault in faults]).update(seen_at=now)
    _open().filter(pk__in=[fault.pk for fault in gone]).update(resolved_at=now)
    for fault in gone:
        transaction.on_commit(partial(_tell_resolved, fault))


def _open() -> QuerySet[TrialFault]:
    return TrialFault.objects.filter(resolved_at=None)


def _tell(fault: TrialFault) -> None:
    alarm("harness.trial_balance_broken", law=fault.law, account_id=fault.account_id, sentence=fault.sentence)


def _tell_resolved(fault: TrialFault) -> None:
    log.info("harness.trial_balance_restored", law=fault.law, account_id=fault.account_id, sentence=fault.sentence)
