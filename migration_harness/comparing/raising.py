"""Where a side raised: file, line and function; neither the message nor a value, which may be anything."""

import sys
import sysconfig
from itertools import chain
from types import FrameType, TracebackType
from typing import Final

_LIBRARIES: Final = tuple(
    sorted({path for name in ("stdlib", "platstdlib", "purelib", "platlib") if (path := sysconfig.get_path(name))})
)
MAX_FRAMES: Final = 2_000
"""Of a recursion without end, the outermost frames that are looked at."""


def where_raised(error: BaseException) -> str:
    """Return ``file:line in function`` of the raise, empty where the call itself failed.

    That is the innermost frame outside of the libraries, which are seldom to blame for what they were asked; the
    innermost of all where there is no other. The outermost frame is whoever observes the side, and does not count.
    """
    found: tuple[FrameType, int] | None = None
    fallback: tuple[FrameType, int] | None = None
    traceback: TracebackType | None = error.__traceback__ and error.__traceback__.tb_next
    for _ in range(MAX_FRAMES):
        if traceback is None:
            break
        fallback = traceback.tb_frame, traceback.tb_lineno
        if not traceback.tb_frame.f_code.co_filename.startswith(_LIBRARIES):
            found = fallback
        traceback = traceback.tb_next
    return _said(*(found or fallback)) if fallback else ""


def _said(frame: FrameType, line: int) -> str:
    code = frame.f_code
    return f"{_within(code.co_filename)}:{line} in {code.co_qualname}"


def _within(file: str) -> str:
    """Return a file by its way from where Python finds it: where a service is installed is its own affair."""
    roots = [root.rstrip("/") + "/" for root in chain(sys.path, _LIBRARIES) if root]
    longest = max((root for root in roots if file.startswith(root)), key=len, default="")
    return file.removeprefix(longest)
