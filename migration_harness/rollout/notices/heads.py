"""The head of the audit trail, told to whoever keeps heads outside of the database: by the outbox, once each.

What was told last is looked for on the trail, as with the file: a trail that lacks it was cut off, or made anew.
"""

from typing import Final

from migration_harness.database import connection
from migration_harness.faults import alarm
from migration_harness.isolation import read_committed
from migration_harness.models import AuditEvent, Notice
from migration_harness.rollout.notices.outbox import NoticeKind, notice_of, put_down
from migration_harness.rollout.notices.receivers import receivers

SUBJECT: Final = "audit trail"
_TURN: Final = "SELECT pg_advisory_xact_lock(%s)"
_LOCK: Final = 0x6861_6864


def send_head() -> Notice | None:
    """Put the newest event's hash down for whoever keeps heads; None where they have it, or nobody keeps any.

    Where the head that was put down last is not on the trail any more, the log says so (``harness.trail_cut``), and the
    new one is told all the same. Raises HarnessMisconfigured.
    """
    if receivers().heads is None:
        return None
    with read_committed(), connection.cursor() as cursor:
        # Two that tell of the same head would tell it twice.
        cursor.execute(_TURN, [_LOCK])
        last = Notice.objects.filter(kind=NoticeKind.HEAD_PUBLISHED.value).order_by("-id").first()
        newest = AuditEvent.objects.order_by("-id").values_list("id", "hash").first()
        if last is not None:
            _look_for(last)
        if newest is None or (last is not None and last.details.get("hash") == newest[1]):
            return None
        notice = notice_of(
            kind=NoticeKind.HEAD_PUBLISHED,
            subject=SUBJECT,
            sentence=f"Event {newest[0]} is the newest of the trail. Keep its hash outside of the database.",
            details={"event": newest[0], "hash": newest[1]},
        )
        put_down(notice)
    return notice


def _look_for(last: Notice) -> None:
    event, told = last.details.get("event"), last.details.get("hash")
    if not AuditEvent.objects.filter(pk=event, hash=told).exists():
        alarm("harness.trail_cut", event_id=int(event), hash=str(told), published_at=last.at.isoformat())
