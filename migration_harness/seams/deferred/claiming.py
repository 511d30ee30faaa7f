"""Whose turn a waiting call is: rows of a table, which a worker claims for a while.

Note [Claims]: a worker claims one call and commits that, runs the other side without any transaction of its own, and
then writes the comparison and removes the row in one transaction, if the claim is still its own. So a worker that is
killed anywhere leaves the row, and another one claims it when the time is over; and a call that two workers have run is
compared once. The queue of Celery only wakes workers: nothing is lost with it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from migration_harness.database import connection

CLAIM_SECONDS: Final = 60.0
"""After which a call of a worker that says nothing is another one's. A side that runs longer is run by several."""
MOST_TRIES: Final = 5
"""Workers that may be lost with one call; then its comparison says so."""
LONGEST_WAIT_SECONDS: Final = 3_600.0
"""How long a call waits for a worker of its revision."""

_COLUMNS: Final = (
    "id, extract(epoch FROM at)::float8, seam, flag_epoch, stage, execution_path, request_id, run, answer_ns, changed, "
    "call, answer, tries"
)
_CLAIM: Final = f"""
UPDATE migration_harness_deferredcall
SET claim = %s, claimed_until = clock_timestamp() + %s * interval '1 second', tries = tries + 1
WHERE id = (
    SELECT id FROM migration_harness_deferredcall
    WHERE seam = %s AND revision = %s AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING {_COLUMNS}
"""  # noqa: S608  Names of columns.
_WAITING: Final = """
SELECT seam, revision, min(id) FROM migration_harness_deferredcall GROUP BY seam, revision ORDER BY min(id)
"""
_REMOVE: Final = "DELETE FROM migration_harness_deferredcall WHERE id = %s AND claim = %s"
_EXPIRE: Final = """
DELETE FROM migration_harness_deferredcall
WHERE seam = %s AND revision = %s AND at < clock_timestamp() - %s * interval '1 second'
"""


class Claimed(NamedTuple):
    """A call that is this worker's for now; see the columns of ``DeferredCall``."""

    id: int
    at: float
    seam: str
    flag_epoch: int
    stage: str
    execution_path: str
    request_id: str
    run: str
    answer_ns: int
    changed: str
    call: str
    answer: str
    tries: int
    claim: UUID


def waiting() -> Sequence[tuple[str, str]]:
    """Return the seams and revisions of which calls wait, the one of the oldest call first."""
    with connection.cursor() as cursor:
        # On the schema of the revision before there is no such table.
        cursor.execute("SELECT to_regclass('migration_harness_deferredcall') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(_WAITING)
        return [(seam, revision) for seam, revision, _ in cursor.fetchall()]


def claim(seam: str, revision: str) -> Claimed | None:
    """Claim the oldest call of a seam and revision; None where none is free."""
    mine = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [mine, CLAIM_SECONDS, seam, revision])
        row = cursor.fetchone()
    return None if row is None else Claimed._make((*row, mine))


def remove(call: Claimed) -> bool:
    """Remove a call, in the caller's transaction; returns False where it is another worker's by now."""
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, [call.id, call.claim])
        return bool(cursor.rowcount)


def expire(seam: str, revision: str) -> int:
    """Remove the calls that have waited too long for a worker of their revision; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, [seam, revision, LONGEST_WAIT_SECONDS])
        return int(cursor.rowcount)
