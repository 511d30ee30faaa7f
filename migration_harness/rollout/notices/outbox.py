"""Where a notice is put down, in the transaction of what it tells of."""

from collections.abc import Mapping
from enum import StrEnum

import structlog

log = structlog.get_logger(__name__)


class NoticeKind(StrEnum):
    """What is told."""

    ROLLOUT_CHANGED = "rollout_changed"
    """A rollout started, went a step on, holds, was paused, resumed, stopped, aborted or finished."""
    ROLLED_BACK = "rolled_back"
    """A flag was rolled back without a person."""
    NEW_DISCREPANCY = "new_discrepancy"
    """A flag whose candidate answers somebody differs in a way that was not seen before."""


def tell(*, kind: NoticeKind, subject: str, sentence: str, details: Mapping[str, str | int | None]) -> None:
    """Put a notice down; whoever wants it is told after the commit, once."""
    log.info("harness.notice", kind=kind.value, subject=subject, sentence=sentence, details=dict(details))
