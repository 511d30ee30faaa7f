"""What is known of a legacy entry, a line of it, or a table: three answers, never two."""

from enum import StrEnum


class Life(StrEnum):
    """What is known of a legacy entry."""

    EXECUTED = "executed"
    """It was executed for an answer."""
    NOT_EXECUTED = "not executed"
    """It was not, and somebody would have told."""
    LOST = "evidence lost"
    """Nobody can know: this is no word for dead."""
