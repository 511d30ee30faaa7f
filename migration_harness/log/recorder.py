"""Writes comparisons: for money in the charge's own transaction, else through a buffer.

Note [Full buffer]: when the database does not keep up, matches are dropped and counted as dropped. Differences are
kept, up to a bound that is far away: a process that eats all memory while its database is down loses everything, and
its host's requests as well. Those beyond it are set aside, counted, and alarmed about.
"""

import json
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import Context
from typing import Any, Final

from django.db import connections

from migration_harness.comparing.comparator import UNEXPLAINED
from migration_harness.conf import runs_in_background
from migration_harness.database import connection, transaction
from migration_harness.deciding import endings
from migration_harness.faults import alarm
from migration_harness.log import announcing, hearing
from migration_harness.log.announcing import announcement_of, say_altered
from migration_harness.log.comparison import Comparison, Evidence, Match, comparison_of
from migration_harness.log.drops import Drops
from migration_harness.log.literals import composite, copied
from migration_harness.log.own_connection import own_connection
from migration_harness.log.record import COLUMNS, SAMPLE_COLUMNS, Record, record_of
from migration_harness.log.setting_aside import Batch
from migration_harness.log.waiting import Waiting, WaitingCall

CAPACITY: Final = 50_000
DIFFERENCES: Final = 4 * CAPACITY
"""The bound that holds for differences too: some 300 MB of them, where each has another sample."""
FLUSH_ROWS: Final = 2_000
FLUSH_SECONDS: Final = 0.5
LAST_FLUSH_SECONDS: Final = 5.0
"""How long a process that ends waits for a flush that has begun."""
SAMPLES_UNEXPLAINED: Final = 20
"""Samples that one process keeps of an unexplained signature."""
SAMPLES_EXPLAINED: Final = 3
"""Samples that one process keeps of an explained one."""
SIGNATURES: Final = 10_000
"""Of which a process counts its samples; beyond them it begins to count anew."""

_PROVE: Final = "SELECT migration_harness_prove(%s, %s)"
_COPY: Final = f"COPY migration_harness_comparison ({COLUMNS}) FROM STDIN"
_INSERT_SAMPLE: Final = (
    f"INSERT INTO migration_harness_comparisonsample ({SAMPLE_COLUMNS}) VALUES ({', '.join(['%s'] * 9)})"  # noqa: S608
)
_SAMPLE_NAMES: Final = tuple(SAMPLE_COLUMNS.split(", "))
_PAYLOAD: Final = _SAMPLE_NAMES.index("payload")
_PLAIN: Final = frozenset({int, str, type(None)})
"""Classes of subjects that are the same at the flush as at the call."""

_encode = json.JSONEncoder(default=str, separators=(",", ":")).encode


def record_in_charge(evidence: Evidence, *, using: str) -> None:
    """Write evidence inside the caller's transaction; raises what the database raises, nothing half done."""
    # A savepoint: the open transaction must survive the loss of the evidence.
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(_PROVE, [evidence.comparison, evidence.sample])


def evidence_of(comparison: Comparison) -> Evidence:
    """Return a comparison as the statement that writes its charge takes it."""
    hearing.tell(comparison)
    record = record_of(comparison, sampled=_wants_sample(comparison))
    sample = None if record.sample is None else _encode(dict(zip(_SAMPLE_NAMES, record.sample, strict=True)))
    return Evidence(
        seam=record.seam,
        comparison=composite(record.row),
        sample=sample,
        announce=announcement_of(comparison, record),
    )


class Buffer:
    """Comparisons on their way to the log, flushed by a daemon thread of this process."""

    def __init__(self) -> None:
        self.drops = Drops()
        """What is not in the log: matches that found the buffer full, and what could not be written."""
        self._waiting = Waiting(self.drops)
        self._rows: deque[Record | Comparison | Match] = deque()
        self._flushing = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._carefree = 0
        """Up to how many rows a match is only appended: none before there is a thread that flushes."""

    def add(self, comparison: Comparison) -> None:
        """Append a comparison, and see that somebody will flush it. Note [Full buffer]."""
        if comparison.signature is not None:
            self._add_difference(comparison)
        elif len(self._rows) >= CAPACITY:
            self.drops.count(comparison.seam)
            return
        else:
            is_plain = _is_plain(comparison.subject, comparison.account_plan, comparison.group)
            self._append(comparison if is_plain else self._recorded(comparison))
        self._see_to_flush()

    def _add_difference(self, comparison: Comparison) -> None:
        """Append a difference as it is now: what the caller changes after its call is no part of it."""
        hearing.tell(comparison)
        if len(self._rows) >= DIFFERENCES:
            self.drops.set_aside(comparison.seam, "the buffer is full")
            return
        record = self._recorded(comparison, sampled=_wants_sample(comparison))
        self._append(record)
        if record is not None and (announcement := announcement_of(comparison, record)) is not None:
            announcement()

    def _append(self, row: "Record | Comparison | Match | None") -> None:
        if row is not None:
            self._rows.append(row)

    def lose(self, seam: str, reason: str) -> None:
        """Count what could not be kept and is no comparison: the recording of an operation."""
        self.drops.set_aside(seam, reason)
        self._see_to_flush()

    def defer(self, call: WaitingCall) -> None:
        """Append a call that is compared later. Note [Accepted] in :mod:`migration_harness.log.waiting`."""
        self._waiting.add(call)
        if self._thread is None:
            self._begin()
        elif self._waiting.is_half_full:
            self._wake.set()

    def write_now(self, comparison: Comparison) -> "Callable[[], None] | None":
        """Write one comparison in the caller's transaction; returns what to call when that has committed.

        Raises what the database raises where that is not about the comparison.
        """
        record = self._recorded(comparison, sampled=_wants_sample(comparison))
        if record is None:
            return None
        batch = Batch([record])
        batch.write(_copy)
        self._tell(batch)
        return announcement_of(comparison, record)

    def add_match(self, match: Match) -> None:
        """Append a match, unless the buffer is full. The hot path."""
        rows = self._rows
        # _is_plain, written out: a call would cost its time.
        if (
            len(rows) < self._carefree
            and type(match[5]) in _PLAIN
            and type(match[6]) is str
            and type(match[7]) is tuple
        ):
            rows.append(match)
        else:
            self._add_carefully(match)

    def _add_carefully(self, match: Match) -> None:
        waiting = len(self._rows)
        if waiting >= CAPACITY:
            self.drops.count(match[1])
            return
        self._append(match if _is_plain(match[5], match[6], match[7]) else self._recorded(match))
        if waiting == FLUSH_ROWS or self._thread is None:
            self._see_to_flush()

    def _see_to_flush(self) -> None:
        if self._thread is None:
            self._begin()
        elif len(self._rows) > FLUSH_ROWS:
            self._wake.set()

    def flush(self) -> None:
        """Write all that is buffered; raises what the database raises, and then keeps it."""
        with self._flushing:
            self._flush()

    def flush_at_last(self) -> None:
        """Write all that is buffered when the process ends, on a connection of its own.

        This thread's may be a forked child's parent's, or in the middle of a transaction.
        """
        # First the lock: the rows that the thread is writing are in no buffer, and would be lost with it.
        if not self._flushing.acquire(timeout=LAST_FLUSH_SECONDS):
            return
        try:
            if self._rows or self._waiting or self.drops:
                with own_connection():
                    self._flush()
        finally:
            self._flushing.release()

    def _flush(self) -> None:
        try:
            while self._rows:
                self._write([self._rows.popleft() for _ in range(min(len(self._rows), FLUSH_ROWS))])
            self._waiting.write()
            self.drops.write()
        finally:
            self.drops.say()

    def _write(self, rows: "Sequence[Record | Comparison | Match]") -> None:
        batch = None
        try:
            batch = Batch([record for row in rows if (record := self._recorded(row)) is not None])
            batch.write(_copy)
        finally:
            self._rows.extendleft(reversed(rows if batch is None else batch.left))
        self._tell(batch)

    def _tell(self, batch: Batch) -> None:
        for record, reason in batch.set_aside:
            self.drops.set_aside(record.seam, reason)
        for record, reason in batch.bare:
            say_altered(record.seam, [f"sample was refused: {reason}"])

    def _recorded(self, row: "Record | Comparison | Match", *, sampled: bool = False) -> Record | None:
        """Return the rows of a comparison; None where there is no way to keep it, and then it is set aside."""
        if isinstance(row, Record):
            return row
        try:
            record = record_of(row if isinstance(row, Comparison) else comparison_of(row), sampled=sampled)
        except Exception as error:  # noqa: BLE001  Not one may hold up the others.
            self.drops.set_aside(row[1], type(error).__name__)
            return None
        if record.notes:
            say_altered(record.seam, record.notes)
        return record

    def _begin(self) -> None:
        if not runs_in_background():
            self.flush()
            return
        with self._flushing:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="harness-recorder", daemon=True)
                # Whoever begins may be an operation that is shadowed: the thread is not its doing.
                Context().run(thread.start)
                self._thread = thread
                self._carefree = FLUSH_ROWS
        Context().run(endings.before_the_end, flush_at_exit)

    def _run(self) -> None:
        over = False
        while not over:
            self._wake.wait(FLUSH_SECONDS)
            self._wake.clear()
            over = endings.is_over()
            try:
                self.flush()
            except BaseException as error:  # noqa: BLE001  The rows are still in the buffer; try again.
                alarm("harness.flush_failed", error=type(error).__name__, kept=len(self._rows))
                with suppress(Exception):
                    connection.close()
                # Whoever adds to a long buffer wakes this thread, which must not try again with each call.
                time.sleep(FLUSH_SECONDS)


class Nowhere(Buffer):
    """Takes comparisons that are of no call: of a run that is undone."""

    def add(self, comparison: Comparison) -> None:
        """Forget it."""

    def add_match(self, match: Match) -> None:
        """Forget it."""

    def defer(self, call: WaitingCall) -> None:
        """Forget it: nobody has made that call, and a worker would compare it as one of live work."""


def _is_plain(subject: Any, account_plan: Any, group: Any) -> bool:
    """Tell whether what a seam's functions answered will be the same at the flush; what they hold is read there."""
    return type(subject) in _PLAIN and type(account_plan) is str and type(group) is tuple


def _copy(records: Sequence[Record]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            copy.write("".join([copied(record.row) for record in records]))
        for record in records:
            if record.sample is not None:
                cursor.execute(_INSERT_SAMPLE, _as_text(record.sample))


def _as_text(sample: tuple[Any, ...]) -> list[Any]:
    """Return a sample's values with the payload as text, which the driver does not look into."""
    values = list(sample)
    values[_PAYLOAD] = json.dumps(values[_PAYLOAD])
    return values


_samples: Counter[str] = Counter()


def _wants_sample(comparison: Comparison) -> bool:
    """Count a sample of this signature, up to what one process keeps."""
    if comparison.signature is None:
        return False
    if len(_samples) >= SIGNATURES:
        _samples.clear()
    most = SAMPLES_UNEXPLAINED if comparison.verdict in UNEXPLAINED else SAMPLES_EXPLAINED
    _samples[comparison.signature] += 1
    return _samples[comparison.signature] <= most


buffer = Buffer()


def flush_at_exit() -> None:
    """Write what is left when the process ends."""
    try:
        buffer.flush_at_last()
    except Exception as error:  # noqa: BLE001  There is nobody left to tell but the log.
        alarm("harness.flush_failed", error=type(error).__name__, lost=len(buffer._rows))  # noqa: SLF001


def forget() -> None:
    """Begin anew, between tests: what is buffered is of rows that are gone."""
    with buffer._flushing:  # noqa: SLF001
        buffer._rows.clear()  # noqa: SLF001
    _forget_after_fork()


def _forget_after_fork() -> None:
    """Begin anew in a forked child: the parent flushes its own rows, and its lock may be held for ever here."""
    global buffer  # noqa: PLW0603  One per process.
    buffer = Buffer()
    _samples.clear()
    announcing.forget()


os.register_at_fork(after_in_child=_forget_after_fork)
