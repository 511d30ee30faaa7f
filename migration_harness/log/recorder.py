"""Writes comparisons: for money in the charge's own transaction, else through a buffer.

Note [Full buffer]: when the database does not keep up, matches are dropped and counted as dropped;
differences are kept whatever it costs.
"""

import atexit
import json
import logging
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import psycopg
import structlog
from django.db import DataError, connection, connections, transaction

from migration_harness.comparing.comparator import UNEXPLAINED, Verdict
from migration_harness.conf import runs_in_background
from migration_harness.log.comparison import Comparison, Evidence, Match, comparison_of
from migration_harness.log.drops import Drops
from migration_harness.log.literals import composite, copied, keepable
from migration_harness.log.rendering import payload_of

CAPACITY: Final = 50_000
FLUSH_ROWS: Final = 2_000
FLUSH_SECONDS: Final = 0.5
SAMPLES_UNEXPLAINED: Final = 20
"""Samples that one process keeps of an unexplained signature."""
SAMPLES_EXPLAINED: Final = 3
"""Samples that one process keeps of an explained one."""

_COLUMNS: Final = (
    "at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature, "
    "control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run, revision"
)
_INSERT: Final = f"INSERT INTO migration_harness_comparison ({_COLUMNS}) VALUES ({', '.join(['%s'] * 18)})"  # noqa: S608  Constants.
_COPY: Final = f"COPY migration_harness_comparison ({_COLUMNS}) FROM STDIN"
_SAMPLE_COLUMNS: Final = "signature, seam, verdict, explanation, group_by, payload, account_id, operation_id, at"
_INSERT_SAMPLE: Final = (
    f"INSERT INTO migration_harness_comparisonsample ({_SAMPLE_COLUMNS}) VALUES ({', '.join(['%s'] * 9)})"  # noqa: S608
)
_SAMPLE_NAMES: Final = tuple(_SAMPLE_COLUMNS.split(", "))

_encode = json.JSONEncoder(default=str, separators=(",", ":")).encode
_stdlib_log = logging.getLogger("harness")
log = structlog.get_logger("harness")


def record_in_charge(comparison: Comparison, *, using: str) -> None:
    """Write a comparison inside the caller's transaction; raises what the database raises, nothing half done."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(_INSERT, _row(comparison))
        if _wants_sample(comparison):
            cursor.execute(_INSERT_SAMPLE, _sample_row(comparison))
    # Robust: a broken log must not fail a charge that has committed.
    transaction.on_commit(lambda: announce(comparison), using=using, robust=True)


def evidence_of(comparison: Comparison) -> Evidence:
    """Return a comparison as the statement that writes its charge takes it; raises what cannot be written as JSON."""
    sample = None
    if _wants_sample(comparison):
        payload = payload_of(comparison.judgement, comparison.call)
        row = _sample_row(comparison, payload=payload)
        sample = _encode(keepable(dict(zip(_SAMPLE_NAMES, row, strict=True))))
    return Evidence(
        seam=comparison.seam,
        comparison=composite(_row(comparison)),
        sample=sample,
        announce=partial(announce, comparison) if _is_announced(comparison.verdict) else None,
    )


def announce(comparison: Comparison) -> None:
    """Log a difference as one event; an intended one at debug level, a match not at all."""
    if not _is_announced(comparison.verdict):
        return
    emit, event = (log.warning, "harness.mismatch")
    if comparison.verdict not in UNEXPLAINED:
        emit, event = (log.debug, f"harness.{comparison.verdict.value}")
    emit(
        event,
        seam=comparison.seam,
        verdict=comparison.verdict.value,
        signature=comparison.signature,
        account_id=comparison.account_id,
        group=list(comparison.group),
        paths=[difference.path for difference in comparison.judgement.differences],
        operation_id=comparison.operation_id,
        request_id=comparison.request_id,
    )


def _is_announced(verdict: Verdict) -> bool:
    """Most comparisons of a planned difference are explained, and an event that nobody sees costs as much as any."""
    return verdict in UNEXPLAINED or (verdict is not Verdict.MATCH and _stdlib_log.isEnabledFor(logging.DEBUG))


class Buffer:
    """Comparisons on their way to the log, flushed by a daemon thread of this process."""

    def __init__(self) -> None:
        self.drops = Drops()
        """Matches that found the buffer full."""
        self._rows: deque[Comparison | Match] = deque()
        self._flushing = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, comparison: Comparison) -> None:
        """Append a comparison, and see that somebody will flush it. Note [Full buffer]."""
        if comparison.signature is not None:
            announce(comparison)
        elif len(self._rows) >= CAPACITY:
            self.drops.count(comparison.seam)
            return
        self._rows.append(comparison)
        self._see_to_flush()

    def add_match(self, match: Match) -> None:
        """Append a match, unless the buffer is full. The hot path."""
        rows = self._rows
        waiting = len(rows)
        if waiting >= CAPACITY:
            self.drops.count(match[1])
            return
        rows.append(match)
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
            while self._rows:
                rows = [self._rows.popleft() for _ in range(min(len(self._rows), FLUSH_ROWS))]
                try:
                    _copy([row if isinstance(row, Comparison) else comparison_of(row) for row in rows])
                except BaseException:
                    self._rows.extendleft(reversed(rows))
                    raise
            self.drops.write()

    def _begin(self) -> None:
        if not runs_in_background():
            self.flush()
            return
        with self._flushing:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="harness-recorder", daemon=True)
                self._thread.start()
                atexit.register(flush_at_exit)

    def _run(self) -> None:
        while True:
            self._wake.wait(FLUSH_SECONDS)
            self._wake.clear()
            try:
                self.flush()
            except Exception as error:  # noqa: BLE001  The rows are still in the buffer; try again.
                log.error("harness.flush_failed", error=type(error).__name__, kept=len(self._rows))  # noqa: TRY400
                connection.close()


def _copy(rows: Sequence[Comparison]) -> None:
    """Write rows; with a text that PostgreSQL cannot keep, which would hold up all the others, once more without."""
    try:
        _copy_as(rows, lambda row: row)
    except (psycopg.DataError, DataError, UnicodeEncodeError):
        _copy_as(rows, lambda row: tuple(map(keepable, row)))


def _copy_as(rows: Sequence[Comparison], made: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            copy.write("".join([copied(made(_row(comparison))) for comparison in rows]))
        for comparison in rows:
            if _wants_sample(comparison):
                cursor.execute(_INSERT_SAMPLE, made(_sample_row(comparison)))


def _row(c: Comparison) -> tuple[Any, ...]:
    at = datetime.fromtimestamp(c.at, UTC)
    return (at, *c[1:4], c.account_id, *c[5:7], list(c.group), c.verdict.value, *c[9:18])


def _sample_row(c: Comparison, *, payload: Any = None) -> tuple[Any, ...]:
    """Return the row; the payload as text unless it is given."""
    payload = json.dumps(keepable(payload_of(c.judgement, c.call))) if payload is None else payload
    at = datetime.fromtimestamp(c.at, UTC)
    names = (c.signature, c.seam, c.verdict.value, c.judgement.explanation)
    return (*names, list(c.group), payload, c.account_id, c.operation_id, at)


_samples: Counter[str] = Counter()


def _wants_sample(comparison: Comparison) -> bool:
    """Count a sample of this signature, up to what one process keeps."""
    if comparison.signature is None:
        return False
    most = SAMPLES_UNEXPLAINED if comparison.verdict in UNEXPLAINED else SAMPLES_EXPLAINED
    _samples[comparison.signature] += 1
    return _samples[comparison.signature] <= most


buffer = Buffer()


def flush_at_exit() -> None:
    """Write what is left when the process ends in an orderly way."""
    try:
        buffer.flush()
    except Exception as error:  # noqa: BLE001  There is nobody left to tell but the log.
        log.error("harness.flush_failed", error=type(error).__name__, lost=len(buffer._rows))  # noqa: SLF001, TRY400


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


os.register_at_fork(after_in_child=_forget_after_fork)
