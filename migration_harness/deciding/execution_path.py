"""How work comes in."""

from enum import StrEnum


class ExecutionPath(StrEnum):
    """How work came in."""

    MANUAL = "manual"
    """A person pressed a button."""
    RUN_NOW = "run_now"
    """An automation was started by hand."""
    SCHEDULED = "scheduled"
    """An automation was started by the clock."""
    DIRECT = "direct"
    """A service was called directly."""
    REPLAY = "replay"
    """Recorded traffic; it never counts for one of the others."""
