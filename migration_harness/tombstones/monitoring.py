"""Which lines of legacy code run for an answer: events of ``sys.monitoring``, of Python 3.12 and later.

The standard library alone, and the interpreter's part is handed in.

Note [One shot]: a location is disabled once it was seen for an answer, and from then on costs nothing. What runs for
nobody is never disabled: a line that ran in shadow first is still seen when it answers somebody later. When a period is
over all locations are enabled again, so that each has evidence of its own.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, Protocol

NAME: Final = "migration_harness"
_TOOLS: Final = (3, 4)
"""Those that the interpreter keeps for nobody: no debugger, coverage or profiler is asked to give way."""
_OF_A_FUNCTION: Final = 0x01
"""CO_OPTIMIZED. The body of a module or a class runs when it is imported, which answers nobody."""


class Events(Protocol):
    """The kinds of events that are listened to."""

    LINE: int
    PY_START: int


class Monitoring(Protocol):
    """The part of ``sys.monitoring`` that is used, as the interpreter documents it."""

    events: Events
    DISABLE: object

    def get_tool(self, tool_id: int, /) -> str | None: ...  # noqa: D102  As documented there.
    def use_tool_id(self, tool_id: int, name: str, /) -> None: ...  # noqa: D102
    def free_tool_id(self, tool_id: int, /) -> None: ...  # noqa: D102
    def register_callback(self, tool_id: int, event: int, func: Callable[..., Any] | None, /) -> object: ...  # noqa: D102
    def set_events(self, tool_id: int, event_set: int, /) -> None: ...  # noqa: D102
    def set_local_events(self, tool_id: int, code: Any, event_set: int, /) -> None: ...  # noqa: D102
    def restart_events(self) -> None: ...  # noqa: D102


class Line(NamedTuple):
    """A line that was executed for an answer, and in which period of this process."""

    period: int
    path: str
    number: int


class Lines:
    """Lines of this process, from when it begins on."""

    def __init__(
        self,
        monitoring: Monitoring,
        *,
        is_legacy: Callable[[str], bool],
        is_answer: Callable[[], bool],
        clock: Callable[[], int],
        on_first: Callable[[], object],
        lose: Callable[[], object],
    ) -> None:
        """Listen to nothing yet.

        Args:
            monitoring: The interpreter's.
            is_legacy: Tells of a file whether its lines count.
            is_answer: Tells whether what runs now is for an answer.
            clock: Tells the time, in nanoseconds.
            on_first: Called when a line is seen and none waits.
            lose: Called where a line could not be noted.
        """
        self._monitoring, self._disable = monitoring, monitoring.DISABLE
        self._is_legacy, self._is_answer = is_legacy, is_answer
        self._clock, self._on_first, self._lose = clock, on_first, lose
        self._tool: int | None = None
        self._period, self._began = 0, clock()
        self._waiting: dict[Line, int] = {}

    def begin(self) -> bool:
        """Listen from now on; tells whether that is possible, which it is not where others have both places."""
        if self._tool is None:
            free = [each for each in _TOOLS if self._monitoring.get_tool(each) is None]
            if not free:
                return False
            self._tool, events = free[0], self._monitoring.events
            self._monitoring.use_tool_id(self._tool, NAME)
            self._monitoring.register_callback(self._tool, events.PY_START, self._starts)
            self._monitoring.register_callback(self._tool, events.LINE, self._runs)
            self._monitoring.set_events(self._tool, events.PY_START)
        return True

    def end(self) -> None:
        """Listen no more."""
        if self._tool is not None:
            self._monitoring.set_events(self._tool, 0)
            for event in (self._monitoring.events.PY_START, self._monitoring.events.LINE):
                self._monitoring.register_callback(self._tool, event, None)
            self._monitoring.free_tool_id(self._tool)
            self._tool = None

    def turn(self, *, after: int = 0) -> None:
        """Begin another period, unless this one is younger than ``after`` nanoseconds. Note [One shot]."""
        if self._tool is not None and (now := self._clock()) - self._began >= after:
            # First the number: what runs in between is of the new period, and may be seen twice.
            self._period, self._began = self._period + 1, now
            self._monitoring.restart_events()

    def executed(self) -> dict[Line, int]:
        """Return what waits to be written, each with the time when it ran first in its period."""
        return self._waiting.copy()

    def written(self, lines: Iterable[Line]) -> None:
        """Note that these were written."""
        for line in lines:
            self._waiting.pop(line, None)

    def leave_to_the_parent(self) -> None:
        """Begin anew, in a forked child and between tests: what was seen so far others write."""
        self._waiting.clear()
        self.turn()

    def _starts(self, code: Any, _offset: int) -> object:
        try:
            if code.co_flags & _OF_A_FUNCTION and self._is_legacy(code.co_filename) and self._tool is not None:
                self._monitoring.set_local_events(self._tool, code, self._monitoring.events.LINE)
        except Exception:  # noqa: BLE001  Whoever executes goes on; that something is missing is known.
            self._lose()
        return self._disable

    def _runs(self, code: Any, number: int) -> object:
        try:
            if not self._is_answer():
                return None
            is_first = not self._waiting
            self._waiting.setdefault(Line(self._period, code.co_filename, number), self._clock())
            if is_first:
                self._on_first()
        except Exception:  # noqa: BLE001  As above.
            self._lose()
            return None
        return self._disable
