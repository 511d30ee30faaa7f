"""What is told of a rollout: a notice and an event of the log at every change, and the trail of what it alone keeps."""

from typing import Any

import structlog

from migration_harness.control.events import record_event
from migration_harness.database import transaction
from migration_harness.models import Rollout
from migration_harness.rollout.notices.outbox import NoticeKind, tell

log = structlog.get_logger("harness")


def say(rollout: Rollout, *, change: str, sentence: str, kind: NoticeKind = NoticeKind.ROLLOUT_CHANGED) -> None:
    """Put a notice down, in the transaction of what it tells of, and log it when that has committed."""
    number, flag = rollout.pk, rollout.flag
    tell(kind=kind, subject=flag, sentence=sentence, details={"rollout": number, "change": change})
    transaction.on_commit(
        lambda: log.info("harness.rollout", flag=flag, rollout=number, change=change, sentence=sentence)
    )


def record(rollout: Rollout, *, action: str, actor: str, reason: str, before: str, **after: Any) -> None:
    """Put what became of a rollout on the trail. Call it last in its transaction."""
    record_event(
        actor=actor,
        action=action,
        subject=rollout.name,
        before={"state": before} if before else {},
        after={"state": str(rollout.state), "of": rollout.flag, **after},
        reason=reason,
    )
