"""Delivers notices: each to each who is told, once, however long that takes, and nobody waits for anybody else.

Note [Once]: a delivery is claimed for a while in a transaction of its own, sent outside of any, and then marked. What a
worker had in hand when it was killed is sent again when the claim has run out; the receiver may have it already, and
knows it by its id. Otherwise what was answered with success is not sent again. No transaction is open while somebody
outside is asked: the comparison log is folded up to the oldest one that runs.
"""

from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Final

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from migration_harness.faults import alarm
from migration_harness.isolation import read_committed
from migration_harness.models import NoticeDelivery
from migration_harness.rollout.notices.channels import EMAIL_SECONDS, NobodyThere, send
from migration_harness.rollout.notices.posting import NotAnswered
from migration_harness.rollout.notices.receivers import Receivers, receivers

log = structlog.get_logger("harness")

State = NoticeDelivery.State

FIRST_PAUSE_SECONDS: Final = 5
LONGEST_PAUSE_SECONDS: Final = 600
_CLAIM_SECONDS: Final = 60
"""How long a claim holds beyond the longest time of one attempt."""
_random = SystemRandom()


def deliver(channel: str) -> int:
    """Deliver by one channel what is due, until nothing is; returns how many nobody has to try again.

    It ends with the first one that could not be delivered: what else is due comes with the next call, so that a
    receiver that hangs is asked once a call, and one notice that it does not take holds up no other.
    """
    told, done = receivers(), 0
    while (claimed := _claimed(channel, told, now=timezone.now())) is not None:
        if not _attempt(claimed, told):
            break
        done += 1
    return done


def due_channels(*, now: datetime) -> list[str]:
    """Return the channels by which something is due."""
    return sorted(set(_due(now).values_list("channel", flat=True)))


def pause_seconds(attempts: int) -> float:
    """Return how long to wait after so many attempts: twice as long each time, up to ten minutes, and at random."""
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 20))
    return _random.uniform(longest / 2, longest)


def _claimed(channel: str, told: Receivers, *, now: datetime) -> NoticeDelivery | None:
    """Take one that is due and that nobody else has in hand; None without any. See Note [Once]."""
    with read_committed():
        locked = (
            _due(now).filter(channel=channel).select_for_update(skip_locked=True, of=("self",)).select_related("notice")
        )
        found: NoticeDelivery | None = locked.order_by("next_at", "id").first()
        if found is not None:
            found.attempts += 1
            found.claimed_until = now + timedelta(seconds=max(told.timeout_seconds, EMAIL_SECONDS) + _CLAIM_SECONDS)
            found.save(update_fields=["attempts", "claimed_until"])
    return found


def _due(now: datetime) -> QuerySet[NoticeDelivery]:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return NoticeDelivery.objects.filter(free, state=State.WAITING, next_at__lte=now)


def _attempt(delivery: NoticeDelivery, told: Receivers) -> bool:
    try:
        answer = send(delivery, told=told, now=timezone.now())
    except NobodyThere as error:
        _mark(delivery, state=State.DROPPED, answer=str(error))
    except NotAnswered as error:
        _failed(delivery, str(error), now=timezone.now())
        return False
    else:
        # Whatever became of the row meanwhile: it has arrived.
        NoticeDelivery.objects.filter(pk=delivery.pk).update(
            state=State.DELIVERED, delivered_at=timezone.now(), answer=answer, claimed_until=None
        )
    return True


def _failed(delivery: NoticeDelivery, why: str, *, now: datetime) -> None:
    told: dict[str, str | int] = {
        "notice": delivery.notice_id,
        "kind": delivery.notice.kind,
        "channel": delivery.channel,
        "attempts": delivery.attempts,
        "why": why,
    }
    if now < delivery.give_up_at:
        pause = timedelta(seconds=pause_seconds(delivery.attempts))
        if _mark(delivery, next_at=now + pause, answer=why):
            log.warning("harness.notice_not_delivered", **told)
    elif _mark(delivery, state=State.GIVEN_UP, answer=why):
        alarm("harness.notice_given_up", **told)


def _mark(delivery: NoticeDelivery, **values: object) -> bool:
    """Mark what was claimed, unless the claim ran out and somebody else has taken it since."""
    mine = NoticeDelivery.objects.filter(pk=delivery.pk, state=State.WAITING, attempts=delivery.attempts)
    return bool(mine.update(claimed_until=None, **values))
