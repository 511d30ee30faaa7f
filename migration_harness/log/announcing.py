"""What the log says of a comparison besides its row: an event for each difference, and what was kept in another form.

An event is made of what is kept, never of the call: nothing of it stays alive until the event is logged.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog

from migration_harness.comparing.comparator import UNEXPLAINED, Verdict
from migration_harness.comparing.errors import PLACES
from migration_harness.faults import fault
from migration_harness.log.comparison import Comparison
from migration_harness.log.record import Record

NOTES: Final = 1_000
"""That one process says, each once."""

_stdlib_log = logging.getLogger("harness")
log = structlog.get_logger("harness")

_said: set[tuple[str, str]] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """A comparison that somebody has to review, as a listener is told of it; its fields mean what its row's do."""

    seam: str
    flag_epoch: int
    account_id: str
    execution_path: str
    verdict: Verdict
    signature: str
    operation_id: str
    run: str


listeners: list[Callable[[Unexplained], object]] = []
"""Told of each unexplained comparison, after the commit of the charge that it was made for, in the caller's thread.

They are told before the log, which may hang, and have to be quick.
"""


def announcement_of(comparison: Comparison, record: Record) -> Callable[[], None] | None:
    """Return what logs a difference as one event; an intended one at debug level, a match not at all.

    A broken log breaks nothing. It is a function of its own: of a ``partial`` that fails, Django cannot even say so.
    """
    verdict = comparison.verdict
    # Most comparisons of a planned difference are explained, and an event that nobody sees costs as much as any.
    if verdict in UNEXPLAINED or (verdict is not Verdict.MATCH and _stdlib_log.isEnabledFor(logging.DEBUG)):
        differences = comparison.judgement.differences
        paths = [difference.path for difference in differences]
        meant = [difference.path for difference in differences if difference.meant]
        raised = next((difference.note for difference in differences if difference.path in PLACES), "")
        return lambda: _announce(verdict, record.row, paths, meant, raised)
    return None


def _announce(verdict: Verdict, row: tuple[Any, ...], paths: list[str], meant: list[str], raised: str) -> None:
    if verdict in UNEXPLAINED:
        _tell_listeners(verdict, row)
    emit, event = (log.warning, "harness.mismatch")
    if verdict not in UNEXPLAINED:
        emit, event = (log.debug, f"harness.{verdict.value}")
    with suppress(Exception):
        emit(
            event,
            seam=row[1],
            verdict=verdict.value,
            signature=row[9],
            account_id=row[4],
            group=row[7],
            paths=paths,
            meant=meant,
            raised=raised,
            operation_id=row[14],
            request_id=row[15],
        )


def _tell_listeners(verdict: Verdict, row: tuple[Any, ...]) -> None:
    told = Unexplained(
        seam=row[1],
        flag_epoch=row[2],
        account_id=row[4],
        execution_path=row[6],
        verdict=verdict,
        signature=row[9],
        operation_id=row[14],
        run=row[16],
    )
    for listener in listeners:
        try:
            listener(told)
        except Exception as error:  # noqa: BLE001  The charge has committed.
            fault(told.seam, "a listener", error)


def say_altered(seam: str, notes: Iterable[str]) -> None:
    """Log, the first time, that comparisons of a seam are kept in another form; a broken log breaks nothing."""
    for note in notes:
        if (seam, note) not in _said and len(_said) < NOTES:
            _said.add((seam, note))
            with suppress(Exception):
                log.warning("harness.comparison_altered", seam=seam, note=note)


def forget() -> None:
    """Begin anew, between tests and in a forked child."""
    _said.clear()
