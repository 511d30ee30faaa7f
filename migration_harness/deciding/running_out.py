"""Which leases have run out, by the clock of whoever watches them.

Note [No clock of the database]: it may be set at any moment, forward or back, and after a failover it is another one.
So no expiry is compared with it. A process decides for two seconds after it *sent* its last renewal; whoever has read
that renewal's row, and two seconds later by an own clock reads it unchanged, knows that the time is over. That the two
clocks run at the same speed is all that this rests on.

Note [Run out for good]: who has watched a lease run out marks its row, so that nobody has to watch it again. A process
that was stopped, and goes on, renews its lease: the mark is of a renewal, and there is another one now. But in between
nobody waits for it, so that renewal does not count; the one after it does (see ``source.py``).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from migration_harness.deciding.clock import boot_ns
from migration_harness.deciding.leases import LEASE_NS

_FORGOTTEN_AFTER: Final = "1 hour"
"""The row of a lease that ran out is kept this long, so that an operator sees who was there."""

_LOOK_OVER: Final = """
SELECT id, renewed_at FROM migration_harness_lease
WHERE ran_out IS DISTINCT FROM renewed_at AND expires_at < clock_timestamp()
"""
"""The clock only chooses whom to watch. Whom it leaves out, a rollback watches."""
_MARK: Final = """
UPDATE migration_harness_lease l SET ran_out = l.renewed_at
FROM (SELECT w.id FROM migration_harness_lease w JOIN unnest(%s::bigint[], %s::timestamptz[]) AS o (id, renewed_at)
      ON w.id = o.id AND w.renewed_at = o.renewed_at FOR UPDATE OF w SKIP LOCKED) over
WHERE l.id = over.id
"""
_FORGET: Final = """
DELETE FROM migration_harness_lease
WHERE ran_out = renewed_at AND expires_at < clock_timestamp() - %s::interval
"""

Renewal = tuple[int, datetime]
"""The id of a lease, and its last renewal: never compared, only recognised."""


class Watch:
    """Remembers when it first saw each renewal."""

    def __init__(self) -> None:
        self._since_ns: dict[Renewal, int] = {}

    def ran_out(self, renewals: Iterable[Renewal], *, asked_ns: int, answered_ns: int) -> set[Renewal]:
        """Return those of these leases that have run out.

        Args:
            renewals: What the database has just said of every lease that is watched.
            asked_ns: Boot-time clock before it was asked.
            answered_ns: Boot-time clock when it had answered.
        """
        self._since_ns = {each: self._since_ns.get(each, answered_ns) for each in renewals}
        return {each for each, since_ns in self._since_ns.items() if asked_ns - since_ns >= LEASE_NS}


class Neighbours:
    """The leases of other processes, watched by one that has a lease itself: no rollback has to wait for the dead."""

    def __init__(self, clock: Callable[[], int] = boot_ns) -> None:
        self._clock = clock
        self._watch = Watch()
        self._due_ns = 0

    def look(self, database: Any) -> None:
        """Mark who has run out, and forget who was marked long ago; does nothing more often than a lease is long.

        ``database`` is a connection of psycopg's that commits by itself.
        """
        asked_ns = self._clock()
        if asked_ns < self._due_ns:
            return
        self._due_ns = asked_ns + LEASE_NS
        renewals = database.execute(_LOOK_OVER).fetchall()
        mark(database, self._watch.ran_out(renewals, asked_ns=asked_ns, answered_ns=self._clock()))
        database.execute(_FORGET, [_FORGOTTEN_AFTER])


def mark(database: Any, renewals: Iterable[Renewal]) -> None:
    """Mark leases that have run out; of one that was renewed meanwhile nothing is said. Waits for nobody.

    ``database`` is a connection of psycopg's or a cursor of Django's.
    """
    if listed := list(renewals):
        database.execute(_MARK, [[each for each, _ in listed], [at for _, at in listed]])
