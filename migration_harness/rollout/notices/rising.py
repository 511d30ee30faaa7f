"""Tells of legacy code that answers somebody after it was declared dead: an entry once a day, however often it does."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils import timezone

from migration_harness.database import connection
from migration_harness.models import Notice
from migration_harness.rollout.notices.outbox import NoticeKind, tell
from migration_harness.tombstones.writing import Risen

_ONCE_IN: Final = timedelta(days=1)


def tell_of(risen: Sequence[Risen]) -> None:
    """Put a notice down for each entry that was not told of today. The caller is a thread without a connection."""
    try:
        for each in risen:
            if not _was_told(each.entry):
                _tell(each)
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _was_told(entry: str) -> bool:
    since = timezone.now() - _ONCE_IN
    return Notice.objects.filter(kind=NoticeKind.LEGACY_EXECUTED.value, subject=entry, at__gte=since).exists()


def _tell(risen: Risen) -> None:
    tell(
        kind=NoticeKind.LEGACY_EXECUTED,
        subject=risen.entry,
        sentence=(
            f"{risen.entry} was declared dead, and {risen.caller or 'a caller that cannot be told'} got an answer of "
            "it. Look: harness legacy executed"
        ),
        details={
            "times": risen.times,
            "execution_path": risen.path,
            "caller": risen.caller,
            "revision": risen.revision,
        },
    )
