"""The trace of a write that has reached one store and not yet the other.

Note [One writer of a key at a time]: a write and its repair take a transaction-level advisory lock of
(seam, key), so that what one of them sees of the trace stays true until it commits. Between the two
transactions of one write the lock is free; a write that comes between takes the trace over and raises its
version. Then the first one leaves the other store alone, and the second leaves the trace behind: the
reconciler copies the key, in place of two writes whose order nobody knows.

Plain SQL: seams are declared before Django's models are ready.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from migration_harness.database import connection
from migration_harness.deciding.stages import Side, Stage

_LOCK: Final = 0x6861_6B79
"""First key of the lock, the second is a hash of seam and key. It comes after the flags' in the lock order."""

_FOLLOW = """
UPDATE migration_harness_drift
SET account_id = %(account_id)s, authoritative = %(authoritative)s, stage = %(stage)s, epoch = %(epoch)s, at = %(at)s,
    version = version + 1
WHERE seam = %(seam)s AND key = %(key)s
RETURNING id, version
"""
_MARK = """
INSERT INTO migration_harness_drift
    (seam, key, account_id, authoritative, stage, epoch, at, version, attempts, last_error)
VALUES (%(seam)s, %(key)s, %(account_id)s, %(authoritative)s, %(stage)s, %(epoch)s, %(at)s, 1, 0, '')
RETURNING id, version
"""


class Mark(NamedTuple):
    """A write's trace. A later write of the key has the same ``id`` and a higher ``version``."""

    id: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is noted of a write. ``authoritative``: the side whose store has the key's newest value."""

    seam: str
    key: str
    account_id: str
    authoritative: Side
    stage: Stage
    epoch: int
    at: datetime


def lock(*, seam: str, key: str) -> None:
    """Wait until nobody else writes or repairs this key; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{seam}:{key}"])


def follow(trace: Trace) -> Mark | None:
    """Note on an existing trace of the key that this side now has the newest value; None where there is no trace."""
    return _marked(_FOLLOW, trace)


def mark(trace: Trace) -> Mark:
    """Leave a trace, or take over the one that there is."""
    made = follow(trace) or _marked(_MARK, trace)
    assert made is not None, "an INSERT that returns nothing"  # noqa: S101  For the type checker.
    return made


def is_newest(made: Mark) -> bool:
    """Tell whether the trace is still this write's: no later write took it over, nobody repaired the key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM migration_harness_drift WHERE id = %s AND version = %s", made)
        return cursor.fetchone() is not None


def clear(made: Mark) -> bool:
    """Remove the trace of a write that has reached both stores.

    Returns False where the key had drifted before: what the other store missed then, this write did not
    bring, so the trace stays for the reconciler.
    """
    if made.version > 1:
        return False
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM migration_harness_drift WHERE id = %s AND version = %s", made)
    return True


def note_failure(made: Mark, error: str) -> None:
    """Note that the other store could not be written, with the class of the error."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE migration_harness_drift SET attempts = attempts + 1, last_error = %s WHERE id = %s",
            [error, made.id],
        )


def _marked(sql: str, trace: Trace) -> Mark | None:
    parameters = {name: getattr(trace, name) for name in Trace.__slots__}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    return None if row is None else Mark(*row)
