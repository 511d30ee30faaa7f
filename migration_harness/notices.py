"""What is said once in a process, and not with every call."""

from collections.abc import Iterable
from contextlib import suppress

import structlog

log = structlog.get_logger("harness")

_said: set[tuple[str, str]] = set()


def say_once(seam: str, notes: Iterable[str]) -> None:
    """Log that a rule of a seam has expired, the first time; a broken log must not break a caller."""
    for note in notes:
        if (seam, note) not in _said:
            _said.add((seam, note))
            with suppress(Exception):
                log.warning("harness.rule_expired", seam=seam, note=note)


def forget() -> None:
    """Begin anew, between tests."""
    _said.clear()
