"""What one side did with one call."""

from typing import Any, NamedTuple


class Observation(NamedTuple):
    """The outcome of one side. A tuple, because two are made on every compared call.

    Attributes:
        value: What the side returned; None where it raised.
        error: What it raised, or None.
        duration_ns: Wall time in nanoseconds.
        blocked: The side effect that the purity guard refused, or None.
    """

    value: Any
    error: BaseException | None
    duration_ns: int
    blocked: str | None = None
