"""A percentile of durations that are only known by the buckets of a histogram."""

from collections.abc import Sequence


def percentile_ns(*, counts: Sequence[int], bounds_ns: Sequence[int], percent: int) -> int | None:
    """Return the duration, in nanoseconds, that ``percent`` % of the calls did not exceed; None without a call.

    ``counts`` are those below the first bound, then up to below the next, the last without a bound. Inside a bucket the
    calls are taken to be spread evenly; of the last one, which has no end, its beginning is returned.
    """
    total = sum(counts)
    if not total:
        return None
    rank, before = -(-total * percent // 100), 0
    for place, count in enumerate(counts):
        if before + count >= rank:
            low = bounds_ns[place - 1] if place else 0
            high = bounds_ns[place] if place < len(bounds_ns) else low
            return low + (high - low) * (rank - before) // count
        before += count
    raise AssertionError("A rank above the number of calls.")
