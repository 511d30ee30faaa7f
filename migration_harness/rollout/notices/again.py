"""A person has what was given up delivered once more."""

from datetime import timedelta

from django.utils import timezone

from migration_harness.database import transaction
from migration_harness.exceptions import UnknownNotice
from migration_harness.isolation import read_committed
from migration_harness.models import NoticeDelivery
from migration_harness.rollout.notices.receivers import receivers
from migration_harness.rollout.notices.waking import wake
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

State = NoticeDelivery.State


def deliver_again(*, number: int, actor: str, reason: str = "") -> int:
    """Have all that was given up of a notice delivered again, for as many days as at first; returns how many.

    It is on the trail. Raises UnknownNotice where nothing of it was given up.
    """
    now, days = timezone.now(), timedelta(days=receivers().give_up_days)
    with read_committed():
        given_up = NoticeDelivery.objects.select_for_update().filter(notice=number, state=State.GIVEN_UP)
        rows = list(given_up.order_by("id"))
        if not rows:
            raise UnknownNotice(f"Of the notice {number} nothing was given up. List them: harness notices")
        NoticeDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.WAITING, next_at=now, give_up_at=now + days
        )
        before, after = ({"deliveries": len(rows), "state": str(each)} for each in (State.GIVEN_UP, State.WAITING))
        subject = f"notice {number}"
        entry = Entry(
            actor=actor, action="tell again", subject=subject, before=before, after=after, reason=reason, evidence={}
        )
        audit.append(entry, now=now)
        transaction.on_commit(wake)
    return len(rows)
