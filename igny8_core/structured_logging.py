"""structlog for our own events and for every library's log records: one line each, JSON in production."""

from io import StringIO
from textwrap import indent
from typing import Any, TextIO

from migration_harness.api import hidden

# For tracebacks with local variables, which we never show.
with hidden("rich", "better_exceptions"):
    import structlog

from structlog.typing import EventDict, ExcInfo

from migration_harness.api import keep_errors, printable, printable_lines

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # Of our own events and of every library's: a week without an error is what ends the migration.
    keep_errors,
]

_OURS: list[Any] = [*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
"""One list, however often it is configured: a logger that was used keeps its own, and a test listens at this one."""

_CLIENTS_OF_PROVIDERS = ("openai", "httpx2", "httpcore2")
"""What passes there, our own events say; these tell headers and addresses of answers, and so a key that is echoed."""

# The level spares the work. The handler's own holds also where somebody sets another one, as OPENAI_LOG does, and
# nothing goes on to the handlers of the root: an error tracker's would keep what they hear.
_WARNINGS_ALONE: dict[str, Any] = {"level": "WARNING", "handlers": ["warnings"], "propagate": False}


def logging_config(*, json: bool, level: str) -> dict[str, Any]:
    """Configure structlog and return the matching ``LOGGING`` dictionary; ``level`` is the least that is shown.

    Tracebacks are rendered without local variables: a local may hold a key.
    """
    structlog.configure(
        processors=_OURS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(exception_formatter=_plain_traceback)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info if json else _plain_words,
                    renderer,
                ],
            },
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "structlog"},
            "warnings": {"class": "logging.StreamHandler", "formatter": "structlog", "level": "WARNING"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: dict(_WARNINGS_ALONE) for name in _CLIENTS_OF_PROVIDERS},
    }


def _plain_words(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Let nothing that is logged be an instruction to a terminal; JSON has no such characters as they are."""
    return {printable(str(name)): value if name == "exc_info" else _plain(name, value) for name, value in event.items()}


def _plain(name: str, value: object) -> object:
    if name in {"exception", "stack"}:
        return _set_in(str(value))
    if isinstance(value, str):
        return printable(value)
    written = repr(value)
    return value if printable(written) == written else printable(written)


def _plain_traceback(file: TextIO, exc_info: ExcInfo) -> None:
    """Write a traceback whose error may say anything."""
    traceback = StringIO()
    structlog.dev.plain_traceback(traceback, exc_info)
    file.write(_set_in(traceback.getvalue()))


def _set_in(text: str) -> str:
    """Return lines that nobody takes for a line of the log, whatever an error says."""
    return indent(printable_lines(text), "  ")
