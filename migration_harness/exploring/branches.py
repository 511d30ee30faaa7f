"""Which branches of the sides' own code were taken, and how many there are in what was entered.

Note [By opcode]: a branch is a conditional jump, and has two ways. Lines would not tell both ways of ``a if b else c``.
Libraries and the harness itself are not the sides' own code: nobody follows them.
"""

import dis
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from sysconfig import get_path
from types import CodeType, FrameType
from typing import Any, Final

Way = tuple[CodeType, int, bool]
"""The code, the place of the jump in it, and whether it was taken."""

_HARNESS: Final = str(Path(__file__).parents[1])
_STANDARD: Final = str(Path(get_path("stdlib")))
_ALWAYS: Final = ("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "SEND")
"""Jumps that have one way alone."""


class Branches:
    """The branches that calls have taken.

    Attributes:
        taken: Every way that some call went.
    """

    def __init__(self) -> None:
        self.taken: set[Way] = set()
        self._entered: set[CodeType] = set()

    @property
    def known(self) -> int:
        """How many ways there are in the functions that were entered."""
        return sum(2 * len(_jumps(code)) for code in self._entered)

    @contextmanager
    def watched(self) -> Iterator[set[Way]]:
        """Watch this thread in the block; yields the ways that it takes, filled as it goes."""
        ways: set[Way] = set()

        def entered(frame: FrameType, _event: str, _arg: Any) -> Any:
            code = frame.f_code
            if not _is_own(code.co_filename):
                return None
            self._entered.add(code)
            frame.f_trace_lines, frame.f_trace_opcodes = False, True
            jumps, last = _jumps(code), -1

            def step(frame: FrameType, event: str, _arg: Any) -> Any:
                nonlocal last
                if event == "opcode":
                    if (following := jumps.get(last)) is not None:
                        ways.add((code, last, frame.f_lasti != following))
                    last = frame.f_lasti
                return step

            return step

        before = sys.gettrace()
        sys.settrace(entered)
        try:
            yield ways
        finally:
            sys.settrace(before)
            self.taken |= ways


@cache
def _jumps(code: CodeType) -> dict[int, int]:
    """Return the places of all conditional jumps, each with that of the instruction which follows it."""
    steps = list(dis.get_instructions(code))
    jumping = {*dis.hasjrel, *dis.hasjabs}
    return {
        step.offset: following.offset
        for step, following in pairwise(steps)
        if step.opcode in jumping and step.opname not in _ALWAYS
    }


@cache
def _is_own(file: str) -> bool:
    parts = Path(file).parts
    is_library = file.startswith((_HARNESS, _STANDARD)) or "site-packages" in parts or "dist-packages" in parts
    return not file.startswith("<") and not is_library
