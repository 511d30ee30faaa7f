"""Calls whose other side runs later, on their way into the table from which workers take them.

Note [Accepted]: a call is accepted when its row is committed, half a second after the call at most; from then on it is
compared or counted, whatever becomes of the process that made it, of the broker and of the workers. What a killed
process still had in its memory was not accepted, as with the matches of any seam.

Note [Full queue]: a caller never waits for workers. A call that finds the memory of its process full, or of whose seam
too many wait already, is dropped and counted as dropped.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from migration_harness.database import connection, transaction
from migration_harness.log.drops import Drops
from migration_harness.log.literals import keepable

MOST_IN_MEMORY: Final = 2_000
"""Calls of one process that are not written yet."""
MOST_CHARACTERS: Final = 32_000_000
"""Of their values, in all."""
MOST_WAITING: Final = 10_000
"""Calls of one seam that wait for a worker; several processes that write at the same time may pass it by a batch."""
_BATCH: Final = 500

_COUNT: Final = "SELECT seam, count(*) FROM migration_harness_deferredcall WHERE seam = ANY(%s) GROUP BY seam"
_INSERT: Final = """
INSERT INTO migration_harness_deferredcall
    (at, seam, revision, flag_epoch, stage, execution_path, request_id, run, answer_ns, changed, call, answer)
VALUES (to_timestamp(%s), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class WaitingCall(NamedTuple):
    """A call as its caller leaves it.

    Attributes:
        at: When it was made, in seconds since 1970.
        seam: The name of its seam.
        revision: What its comparison will be evidence for.
        flag_epoch: Of the decision.
        stage: Of the decision.
        execution_path: How the work came in.
        request_id: Of the work.
        run: Of a replay; empty for the work of customers.
        answer_ns: How long the side took that answered.
        changed: The argument that this side has changed; empty if none.
        call: What was passed, as text.
        answer: What the side returned or raised, as text.
    """

    at: float
    seam: str
    revision: str
    flag_epoch: int
    stage: str
    execution_path: str
    request_id: str
    run: str
    answer_ns: int
    changed: str
    call: str
    answer: str


written: list[Callable[[], object]] = []
"""Called, after the commit, when calls have become rows."""


class Waiting:
    """The calls that one process has not written yet."""

    def __init__(self, drops: Drops) -> None:
        self._drops = drops
        self._calls: deque[WaitingCall] = deque()
        self._characters = 0
        # Callers add while a thread writes. Taken again where a signal's handler ends the process meanwhile.
        self._counting = threading.RLock()

    def __bool__(self) -> bool:
        return bool(self._calls)

    @property
    def is_half_full(self) -> bool:
        """Whether it is time to write, before any is dropped."""
        return 2 * len(self._calls) > MOST_IN_MEMORY or 2 * self._characters > MOST_CHARACTERS

    def add(self, call: WaitingCall) -> None:
        """Append a call. Note [Full queue]."""
        size = len(call.call) + len(call.answer)
        with self._counting:
            is_full = len(self._calls) >= MOST_IN_MEMORY or self._characters + size > MOST_CHARACTERS
            if not is_full:
                self._characters += size
                self._calls.append(call)
        if is_full:
            self._drops.count(call.seam)

    def write(self) -> None:
        """Write all of them; raises what the database raises, and then keeps them."""
        while self._calls:
            calls = [self._calls.popleft() for _ in range(min(len(self._calls), _BATCH))]
            try:
                self._write(calls)
            except BaseException:
                self._calls.extendleft(reversed(calls))
                raise
            with self._counting:
                self._characters -= sum(len(each.call) + len(each.answer) for each in calls)
            for listener in written:
                listener()

    def _write(self, calls: Sequence[WaitingCall]) -> None:
        dropped: Counter[str] = Counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COUNT, [sorted({each.seam for each in calls})])
            waiting = Counter(dict(cursor.fetchall()))
            rows = []
            for each in calls:
                if waiting[each.seam] >= MOST_WAITING:
                    dropped[each.seam] += 1
                    continue
                waiting[each.seam] += 1
                rows.append([keepable(value) for value in each])
            cursor.executemany(_INSERT, rows)
        for seam, count in dropped.items():
            self._drops.count(seam, count)
