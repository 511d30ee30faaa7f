"""How long a client may keep us waiting: for a request's head, for its body, for the answer to be taken."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

SECONDS: Final = 20
"""Within so long a head is whole, counted from the connection or from the answer before."""
LEAST_BYTES: Final = 20_000
"""So much of a body, or of an answer, passes within those seconds, unless it is less that is left."""


class Waiting(Enum):
    """What we wait for."""

    HEAD = auto()
    BODY = auto()
    TAKING = auto()
    """Of an answer, by the client."""


@dataclass(slots=True)
class Patience:
    """Patience with one client. Times are in seconds of one clock, which the caller reads."""

    since: float
    """When it began to wait for what it is waiting for."""
    _for: tuple[Waiting, int] | None = field(default=None, init=False)
    _bytes: int = field(default=0, init=False)

    def is_over(self, waiting: Waiting | None, *, request: int, passed: int, now: float) -> bool:
        """Tell whether this was too slow.

        Args:
            waiting: What the client owes; None where it is we who work.
            request: The number of the request of its connection.
            passed: How many bytes of it have passed until now.
            now: The present moment.
        """
        what = None if waiting is None else (waiting, request)
        if what != self._for or passed - self._bytes >= LEAST_BYTES:
            self._for, self._bytes, self.since = what, passed, now
        return waiting is not None and now - self.since > SECONDS
