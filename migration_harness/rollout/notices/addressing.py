"""Each notice gets a row for each who is to be told: what is to be delivered, and to whom, is decided once."""

from datetime import datetime, timedelta
from typing import Final

from migration_harness.isolation import read_committed
from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices.outbox import NoticeKind
from migration_harness.rollout.notices.receivers import Receivers, receivers

_AT_ONCE: Final = 200


def address_notices(*, now: datetime) -> None:
    """Address what was put down since, to whoever the settings name now; safe to run twice, and at the same time.

    Raises HarnessMisconfigured; then notices wait until the settings are right.
    """
    told = receivers()
    while _address(told, now=now, give_up_at=now + timedelta(days=told.give_up_days)) == _AT_ONCE:
        pass


def _address(told: Receivers, *, now: datetime, give_up_at: datetime) -> int:
    with read_committed():
        waiting = Notice.objects.select_for_update(skip_locked=True).filter(addressed=False).order_by("id")
        notices = list(waiting[:_AT_ONCE])
        rows = [
            NoticeDelivery(notice=notice, channel=channel, target=target, next_at=now, give_up_at=give_up_at)
            for notice in notices
            for channel, target in _addresses(notice, told)
        ]
        NoticeDelivery.objects.bulk_create(rows)
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(addressed=True)
    return len(notices)


def _addresses(notice: Notice, told: Receivers) -> list[tuple[str, str]]:
    return told.keepers if notice.kind == NoticeKind.HEAD_PUBLISHED.value else told.addresses
