"""Who holds up a flip: named, and ended where this role may.

Note [Who holds it up]: PostgreSQL says who stands in the way of a waiting connection, whatever it waits for: a row, a
table, an advisory lock, its turn to commit. Who stands there may be waiting too. So the way is followed to those who
wait for nobody; they alone are ended. It is seen from a connection of its own, since the flip's is waiting.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from migration_harness.deciding.surroundings import around

LOOK_AFTER_SECONDS: Final = 0.4
"""Most flips are over by then, and nobody looks."""
PATIENCE_SECONDS: Final = 1.0
"""A charge or a flip is over in milliseconds; who stands in the way longer is stopped or lost."""
_POLL_SECONDS: Final = 0.05
_CONNECT_SECONDS: Final = 2
_SHOWN_CHARACTERS: Final = 100

ASK_YOURSELF: Final = (
    "SELECT pid, application_name, state, query, pg_blocking_pids(pid) FROM pg_stat_activity "
    "WHERE cardinality(pg_blocking_pids(pid)) > 0;"
)
"""What a person asks where nobody could be named."""

_HOLDERS: Final = """
WITH RECURSIVE way (pid) AS (
    SELECT unnest(pg_blocking_pids(%(pid)s)) UNION SELECT unnest(pg_blocking_pids(way.pid)) FROM way WHERE way.pid <> 0
)
SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.usename, a.backend_type), coalesce(a.state, ''),
       a.xact_start, coalesce(a.query, ''),
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8
FROM way JOIN pg_stat_activity a USING (pid)
WHERE way.pid <> %(pid)s AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = way.pid AND NOT l.granted)
"""
# A prepared transaction has no connection: it is a holder without a pid.
_PREPARED: Final = """
WITH RECURSIVE way (pid) AS (
    SELECT %(pid)s::integer UNION SELECT unnest(pg_blocking_pids(way.pid)) FROM way WHERE way.pid <> 0
)
SELECT DISTINCT p.gid, p.owner, p.prepared
FROM way JOIN pg_locks w ON w.pid = way.pid AND NOT w.granted
JOIN pg_locks h ON h.granted AND h.pid IS NULL AND h.locktype = w.locktype
    AND (h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid, h.classid, h.objid, h.objsubid)
        IS NOT DISTINCT FROM
        (w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid, w.objid, w.objsubid)
JOIN pg_locks x ON x.pid IS NULL AND x.locktype = 'transactionid' AND x.virtualtransaction = h.virtualtransaction
JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
"""
_QUOTED: Final = re.compile(r"'(?:[^']|'')*(?:'|$)|\$(\w*)\$.*?(?:\$\1\$|$)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who stands in the way of a flip.

    Attributes:
        who: What a person reads: its name, pid and role, what it ran last and since when it holds.
        ended: Whether it was told to end.
        remedy: The statement that ends it, where this role may not.
    """

    who: str
    ended: bool = False
    remedy: str = ""


class Watch:
    """Looks after a flip that waits: ``seen`` are those who stood in its way last, ``ended`` those who were ended."""

    def __init__(self, *, pid: int, since: float) -> None:
        self.ended: list[str] = []
        self.seen: list[Holder] = []
        self.blind = ""
        """Why nobody could look; empty where somebody could."""
        self._pid = pid
        self._since = since
        self._first_seen: dict[int, float] = {}
        self._told: dict[int, Holder] = {}
        self._surroundings = around.get()
        self._over = self._surroundings.event()

    def stop(self) -> None:
        """The flip waits for nobody any more."""
        self._over.set()

    def look(self) -> None:
        """Look again and again, from the moment when a flip should be over, until it is."""
        if self._over.wait(max(0.0, LOOK_AFTER_SECONDS - self._waited)):
            return
        try:
            name = "harness flip, looking"
            with self._surroundings.connect(name=name, connect_timeout=_CONNECT_SECONDS) as session:
                session.execute("SET statement_timeout = '1s'")
                while not self._over.is_set():
                    self._look_once(session)
                    self._over.wait(_POLL_SECONDS)
        except Exception as error:  # noqa: BLE001  The flip has bounds of its own.
            self.blind = type(error).__name__

    @property
    def _waited(self) -> float:
        return self._surroundings.seconds() - self._since

    def _look_once(self, session: "psycopg.Connection[Any]") -> None:
        asked = {"pid": self._pid}
        found = session.execute(_HOLDERS, asked).fetchall()
        prepared = session.execute(_PREPARED, asked).fetchall()
        seen = [self._holder(session, *row) for row in found] + [_prepared(*row) for row in prepared]
        # Between two of its waits a flip is in nobody's hands: what was seen last still says why it waited.
        self.seen = seen or self.seen

    def _holder(self, session: "psycopg.Connection[Any]", pid: int, *told: Any) -> Holder:
        *described, age_seconds = told
        if (known := self._told.get(pid)) is not None:
            return known
        who = _described(pid, *described)
        first = self._first_seen.setdefault(pid, self._surroundings.seconds())
        # Of another role's connection nobody is told how old its transaction is.
        age = self._surroundings.seconds() - first if age_seconds is None else age_seconds
        needed = PATIENCE_SECONDS - LOOK_AFTER_SECONDS if age_seconds is None else PATIENCE_SECONDS
        if self._over.is_set() or self._waited < PATIENCE_SECONDS or age < needed:
            return Holder(who=who)
        self._told[pid] = _end(session, pid, who)
        if self._told[pid].ended:
            self.ended.append(who)
        return self._told[pid]


@contextmanager
def watched(*, pid: int, since: float) -> Iterator[Watch]:
    """Have somebody look after the connection with this server process, which flips, until the block ends.

    ``since``: by the monotonic clock, when its flip began to wait.
    """
    watch = Watch(pid=pid, since=since)
    around.get().begin("harness-flip-watch", watch.look)
    try:
        yield watch
    finally:
        watch.stop()


def _end(session: "psycopg.Connection[Any]", pid: int, who: str) -> Holder:
    try:
        session.execute("SELECT pg_terminate_backend(%s)", [pid])
    except psycopg.errors.InsufficientPrivilege:
        return Holder(who=who, remedy=f"SELECT pg_terminate_backend({pid});")
    return Holder(who=who, ended=True)


def _prepared(gid: str, owner: str, at: datetime) -> Holder:
    quoted = gid.replace("'", "''")
    return Holder(
        who=f"the prepared transaction {gid!r} (role {owner}, since {at:%Y-%m-%d %H:%M:%S} by the database's clock)",
        remedy=f"ROLLBACK PREPARED '{quoted}';",
    )


def _described(pid: int, name: str, role: str, state: str, begun: datetime | None, query: str) -> str:
    told = [f"pid {pid}", f"role {role}"]
    if state:
        told.append(state if begun is None else f"{state}, since {begun:%Y-%m-%d %H:%M:%S} by the database's clock")
    if query:
        told.append(f"{'it runs' if state == 'active' else 'it ran last'}: {_without_values(query)}")
    return f"{name or 'a connection'} ({', '.join(told)})"


def _without_values(query: str) -> str:
    """Return the beginning of a statement; what it has in quotes may be anything, a key too."""
    plain = " ".join(_QUOTED.sub("'…'", query).split())
    return plain if len(plain) <= _SHOWN_CHARACTERS else f"{plain[:_SHOWN_CHARACTERS]}…"
