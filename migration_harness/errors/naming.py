"""What an error is called, and what is kept of it: words of the code, never words of a call.

Note [Words of the code]: an event may hold anything, for example the key that a provider has refused. Only a text that
is a constant of the code which logs it is kept as a name: an f-string never is one. Every other event is called by the
place where it is logged. Of an exception its class is kept, and where it was raised; its message never.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from logging import LogRecord
from types import FrameType, TracebackType
from typing import Any, Final

from migration_harness.printing import printable

NAME_CHARACTERS: Final = 150
SAMPLE_CHARACTERS: Final = 400
CONSTANTS: Final = 1_000
"""Of which a process remembers that they are; beyond them it looks each time."""

_LOGGING: Final = re.compile(r"(structlog|logging|migration_harness\.(errors|faults))(\.|$)")
"""Modules that log what others say."""
_DOTTED: Final = re.compile(r"[\w.\-]+")
_REQUEST_ID: Final = re.compile(r"[0-9a-f]{32}")

_constants: set[str] = set()


def name_of(event: Mapping[str, Any]) -> str:
    """Return what an event is called. Note [Words of the code]."""
    record: LogRecord | None = event.get("_record")
    text = event.get("event") if record is None else record.msg
    if type(text) is str and _is_of_code(text):
        return _kept(text, NAME_CHARACTERS)
    return _kept(_place_of(record), NAME_CHARACTERS)


def logger_of(event: Mapping[str, Any]) -> str:
    """Return the name of the logger; empty where it has none that a module could have."""
    record: LogRecord | None = event.get("_record")
    name = event.get("logger", "") if record is None else record.name
    return _kept(name, NAME_CHARACTERS) if type(name) is str and _DOTTED.fullmatch(name) else ""


def sample_of(event: Mapping[str, Any]) -> str:
    """Return what leads to one occurrence: the class of the error and its place, and the id of the request."""
    error = _error_of(event.get("exc_info"))
    parts = [_place_of(event.get("_record"))] if error is None else [_raised(error)]
    request_id = event.get("request_id")
    if type(request_id) is str and _REQUEST_ID.fullmatch(request_id):
        parts.append(f"request {request_id}")
    return _kept(", ".join(parts), SAMPLE_CHARACTERS)


def _is_of_code(text: str) -> bool:
    if text in _constants:
        return True
    found = any(type(each) is str and each == text for frame in _callers() for each in frame.f_code.co_consts)
    if found and len(_constants) < CONSTANTS:
        _constants.add(text)
    return found


def _place_of(record: LogRecord | None) -> str:
    """Return module and function that log. A record may be formatted in another thread than the one that logged it."""
    if record is not None:
        return f"{record.module}.{record.funcName}"
    return next((_named(frame) for frame in _callers()), "")


def _callers() -> Iterator[FrameType]:
    """Yield the frames of whoever logs, the innermost first."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  The documented way to a frame.
    while frame is not None:
        if not _LOGGING.match(_module(frame)):
            yield frame
        frame = frame.f_back


def _error_of(exc_info: Any) -> BaseException | None:
    """Return the error that an event is about, in each of the ways in which one can be given."""
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case None | False:
            return None
        case _:
            return sys.exception()


def _raised(error: BaseException) -> str:
    kind = type(error).__name__
    trace: TracebackType | None = error.__traceback__
    if trace is None:
        return kind
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{kind} in {_named(trace.tb_frame)}, line {trace.tb_lineno}"


def _named(frame: FrameType) -> str:
    return f"{_module(frame)}.{frame.f_code.co_name}"


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _kept(text: str, characters: int) -> str:
    told = printable(text)
    return told if len(told) <= characters else f"{told[: characters - 1]}…"
