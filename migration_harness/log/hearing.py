"""Who hears of every difference besides the log: an operation that is tried, of which nothing is kept."""

from contextvars import ContextVar
from typing import Final

from migration_harness.log.comparison import Comparison

heard: Final[ContextVar[list[Comparison] | None]] = ContextVar("harness_heard", default=None)
"""Where differences go while somebody listens; None where nobody does."""


def tell(comparison: Comparison) -> None:
    """Tell whoever listens of a comparison, where it is one that differs."""
    if comparison.signature is not None and (listening := heard.get()) is not None:
        listening.append(comparison)
