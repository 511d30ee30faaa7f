"""The processor of structlog that counts every error, and lets every event pass as it is."""

import logging
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final

import structlog

from migration_harness.deciding.purpose import undone
from migration_harness.errors import reporter
from migration_harness.errors.counts import Named
from migration_harness.errors.naming import logger_of, name_of, sample_of

_METHODS: Final = frozenset({"error", "exception", "critical", "fatal"})


class _LastRecord(threading.local):
    """The record that this thread was asked about last: each of its handlers asks."""

    seen: tuple[object, ...] | None = None


_last = _LastRecord()


def keep_errors(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Count an event of level error or above; it breaks nothing, waits for nothing, and changes no event.

    It belongs into the processors of structlog, and into the ``foreign_pre_chain`` of its ``ProcessorFormatter`` for
    the records of other libraries. What is written of an error says
    :mod:`migration_harness.errors.naming`; it is written by a thread, on a connection of its own.
    """
    with suppress(Exception):
        reporter.begin()
        if _is_error(method, event) and not reporter.is_reporting() and not undone.get():
            _keep(method, event)
    return event


def is_installed() -> bool:
    """Tell whether the events of structlog pass here; without it nobody would know of an error."""
    return keep_errors in structlog.get_config()["processors"]


def _keep(method: str, event: MutableMapping[str, Any]) -> None:
    try:
        named = Named(name_of(event), logger_of(event))
        reporter.counts().count(named, level=_level(method, event), sample=sample_of(event))
    except Exception:  # noqa: BLE001  An error that nobody can name is known to have been there.
        reporter.counts().lose()
    reporter.wake()


def _is_error(method: str, event: MutableMapping[str, Any]) -> bool:
    record = event.get("_record")
    if record is None:
        # What comes from structlog was counted there.
        return method in _METHODS and not event.get("_from_structlog")
    if record.levelno < logging.ERROR or event.get("_from_structlog"):
        return False
    # A handler formats a copy of the record.
    this = (record.created, record.thread, record.name, record.lineno, id(record.msg))
    before, _last.seen = _last.seen, this
    return before != this


def _level(method: str, event: MutableMapping[str, Any]) -> str:
    record = event.get("_record")
    worst = method in ("critical", "fatal") if record is None else record.levelno >= logging.CRITICAL
    return "critical" if worst else "error"
