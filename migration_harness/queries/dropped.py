"""Comparisons that are in no log, because a buffer was full."""

from migration_harness import recorder


def dropped_comparisons() -> dict[str, int]:
    """Return how many matches were dropped, by seam; an empty name is of no seam in particular."""
    return {"": recorder.buffer.dropped} if recorder.buffer.dropped else {}
