"""Removes notices that are old, in slices that nobody waits for."""

from datetime import datetime, timedelta
from typing import Final

from migration_harness.isolation import read_committed
from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices.receivers import receivers

_SLICE_ROWS: Final = 1_000


def remove_old_notices(*, now: datetime) -> int:
    """Remove notices older than ``keep_days`` that nobody waits for, and return how many; safe to run twice."""
    before, removed = now - timedelta(days=receivers().keep_days), 0
    while count := _slice(before):
        removed += count
    return removed


def _slice(before: datetime) -> int:
    waiting = NoticeDelivery.objects.filter(state=NoticeDelivery.State.WAITING).values("notice")
    with read_committed():
        old = Notice.objects.filter(at__lt=before, addressed=True).exclude(pk__in=waiting).order_by("id")
        rows = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:_SLICE_ROWS])
        NoticeDelivery.objects.filter(notice__in=rows).delete()
        Notice.objects.filter(pk__in=rows).delete()
    return len(rows)
