"""Where a notice is put down, in the transaction of what it tells of."""

from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from itertools import islice
from typing import Any, Final
from uuid import uuid4

import structlog
from django.utils import timezone

from migration_harness.database import connection, transaction
from migration_harness.faults import alarm
from migration_harness.log.literals import keepable
from migration_harness.models import Notice
from migration_harness.printing import printable
from migration_harness.rollout.notices.waking import wake
from migration_harness.secret import Secret
from migration_harness.trail.aside import tell_aside

log = structlog.get_logger("harness")

SUBJECT_CHARACTERS: Final = 200
SENTENCE_CHARACTERS: Final = 1_000
MOST_DETAILS: Final = 30
NAME_CHARACTERS: Final = 100
"""Of the name of a detail."""
DETAIL_CHARACTERS: Final = 500
_WHOLE: Final = 2**53
"""Up to which every receiver reads a number as it is; a larger one is sent as text."""
_MOST_BITS: Final = 1_024
_PATIENCE: Final = "250ms"
"""How long what is told of waits for the table, where somebody changes that."""


class NoticeKind(StrEnum):
    """What is told."""

    ROLLOUT_CHANGED = "rollout_changed"
    """A rollout started, went a step on, holds, was paused, resumed, stopped, aborted or finished."""
    ROLLED_BACK = "rolled_back"
    """A flag was rolled back without a person."""
    NEW_DISCREPANCY = "new_discrepancy"
    """A flag whose candidate answers somebody, or a whole operation, differs in a way that was not seen before."""
    LEGACY_EXECUTED = "legacy_executed"
    """Legacy code answers somebody after it was declared dead."""
    HEAD_PUBLISHED = "head_published"
    """The head of the audit trail, for whoever keeps heads outside of the database; nobody else is told."""


def tell(*, kind: NoticeKind, subject: str, sentence: str, details: Mapping[str, str | int | None]) -> None:
    """Put a notice down; whoever wants it is told after the commit, once.

    Call it in the transaction of what it tells of, after the change: with that it commits, or nobody is told. It raises
    nothing and waits for nobody: where it cannot be put down, the transaction goes on without it, and the log says so
    (``harness.notice_lost``). **A rollback comes first all the same**: roll back, let it commit, then call this outside
    of any transaction, where it takes one of its own. So not even a database that has come to its end in the meantime
    can take the rollback along; and what was rolled back is on the trail, from where it is told all the same:
    Note [Found on the trail] of ``rolled_back.py``.

    One line each is kept, without characters that would be taken for instructions. Of ``details`` the first 30 are, and
    of each text 500 characters; a :class:`~migration_harness.secret.Secret` is kept by its fingerprint.
    """
    try:
        notice = notice_of(kind=kind, subject=subject, sentence=sentence, details=details)
    except Exception as error:  # noqa: BLE001  Whoever calls has something more important to do.
        known = kind.value if isinstance(kind, NoticeKind) else "unknown"
        alarm("harness.notice_lost", kind=known, error=type(error).__name__)
        return
    try:
        put_down(notice)
    except Exception as error:  # noqa: BLE001  The same.
        alarm("harness.notice_lost", kind=notice.kind, subject=notice.subject, error=type(error).__name__)
        with suppress(Exception):
            transaction.on_commit(lambda: _told(notice))


def put_down(notice: Notice) -> None:
    """Write a notice in the caller's transaction, and log it after the commit; raises what the database raises."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
        # Without a signal: no receiver of the host's can stop it.
        Notice.objects.bulk_create([notice])
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    transaction.on_commit(lambda: _told(notice))


def plain_details(details: Mapping[str, Any]) -> dict[str, str | int | None]:
    """Return details as they may be kept and sent: bounded, in plain values, without a secret."""
    return {_line(name, NAME_CHARACTERS): _plain(value) for name, value in islice(details.items(), MOST_DETAILS)}


def notice_of(*, kind: NoticeKind, subject: str, sentence: str, details: Mapping[str, Any]) -> Notice:
    """Return a notice that is not written yet, as it may be kept and sent."""
    return Notice(
        key=uuid4(),
        kind=str(kind),
        subject=_line(subject, SUBJECT_CHARACTERS),
        sentence=_line(sentence, SENTENCE_CHARACTERS),
        details=plain_details(details),
        at=timezone.now(),
    )


def _line(text: str, most: int) -> str:
    # Cut before and after: a character may be shown by its number.
    line = printable(keepable(str(text)[: most + 1]))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _plain(value: object) -> str | int | None:
    match value:
        case None | bool():
            return value
        case int() if -_WHOLE <= value <= _WHOLE:
            return int(value)
        case int() if value.bit_length() > _MOST_BITS:
            return "(int)"
        case str() | int():
            return _line(str(value), DETAIL_CHARACTERS)
        case Secret():
            return value.fingerprint
        case _:
            # What is of another class may hold anything.
            return f"({type(value).__name__})"


def _told(notice: Notice) -> None:
    wake()
    tell_aside(lambda: _say(notice))


def _say(notice: Notice) -> None:
    log.info(
        "harness.notice",
        kind=notice.kind,
        subject=notice.subject,
        sentence=notice.sentence,
        details=notice.details,
        notice=str(notice.key),
    )
