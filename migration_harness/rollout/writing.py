"""Writes the row of a rollout, on the version that was read."""

from datetime import datetime
from typing import Any

from migration_harness.models import Rollout
from migration_harness.rollout.notices.outbox import NoticeKind
from migration_harness.rollout.telling import record, say


class Overtaken(Exception):
    """Somebody has changed the rollout since it was read: nothing was done, and the next look sees it."""


def write(rollout: Rollout, **columns: Any) -> None:
    """Write what changes of a rollout, and no other column of it. Raises Overtaken."""
    if not rollout.write(**columns):
        raise Overtaken
    rollout.version += 1
    for name, value in columns.items():
        setattr(rollout, name, value)


def end(
    rollout: Rollout,
    state: Rollout.State,
    *,
    by: str,
    why: str,
    now: datetime,
    kind: NoticeKind = NoticeKind.ROLLOUT_CHANGED,
) -> None:
    """End a rollout, in the caller's transaction: row, notice, log, and at last the trail. Raises Overtaken."""
    before = rollout.state
    word = state.label.lower()
    write(rollout, state=state, held="", sentence=why, ended_at=now, ended_by=by, retry_at=None)
    say(rollout, change=state.value, sentence=f"The rollout of {rollout.flag} is {word}: {why}", kind=kind)
    record(rollout, action="end rollout", actor=by or "nobody", reason=why, before=before)
