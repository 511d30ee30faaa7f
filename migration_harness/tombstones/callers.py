"""Who executes a legacy entry: file, line and function of the code outside of the harness that called. Code alone."""

import sys
from types import FrameType
from typing import Final

from migration_harness.printing import printable

CALLER_CHARACTERS: Final = 300
_BETWEEN: Final = ("migration_harness.", "contextlib.", "functools.", "django.db.models.")
"""Modules that call what others ask for."""


def caller() -> str:
    """Return the innermost frame of the host's that called; empty where a thread began in the entry itself."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  The documented way to a frame.
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if not f"{module}.".startswith(_BETWEEN):
            return _told(frame, module)
        frame = frame.f_back
    return ""


def _told(frame: FrameType, module: str) -> str:
    told = printable(f"{_file(frame, module)}:{frame.f_lineno} in {frame.f_code.co_qualname}")
    return told if len(told) <= CALLER_CHARACTERS else f"…{told[1 - CALLER_CHARACTERS :]}"


def _file(frame: FrameType, module: str) -> str:
    """Return the file below the folder of the top package: no path of this machine."""
    parts = frame.f_code.co_filename.replace("\\", "/").split("/")
    depth = module.count(".") + (2 if parts[-1] == "__init__.py" else 1)
    return "/".join(parts[-depth:])
