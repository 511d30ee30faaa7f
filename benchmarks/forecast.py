"""A forecast of a long usage log: seconds, and the most memory that the process had.

``BENCH_USAGE_ROWS`` says how long the log is; the budget is of ten million rows.
"""

# @legacy file

import os
import resource
import sys
from datetime import timedelta
from time import perf_counter

from django.utils import timezone

from benchmarks.timing import Figure
from benchmarks.usage_rows import fill_usage_log
from migration_harness.money.forecast.source import ForecastQuestion
from migration_harness.money.forecast.stored import make_forecast
from migration_harness.money.forecast.targets import target_flags

ROWS = int(os.environ.get("BENCH_USAGE_ROWS", "10000000"))
_KILOBYTES = 1 if sys.platform != "darwin" else 1024


def figures() -> dict[str, Figure]:
    """Return what one forecast of the whole log takes; it runs once, as an operator runs it, and is kept."""
    fill_usage_log(rows=ROWS)
    now = timezone.now()
    question = ForecastQuestion(flags=target_flags(), since=now - timedelta(days=31), until=now)
    start = perf_counter()
    found, _ = make_forecast(question=question, actor="benchmarks")
    seconds = perf_counter() - start
    calls = found.totals.calls + found.totals.unpriced
    if calls != ROWS:
        raise RuntimeError(f"The forecast has {calls:,} calls of {ROWS:,} rows.")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES / 1024
    return {
        "forecast, seconds": Figure(median=seconds, best=seconds, unit="s"),
        "forecast, memory": Figure(median=megabytes, best=megabytes, unit="MB"),
        "forecast, rows": Figure(median=calls, best=calls, unit=""),
        "forecast, accounts": Figure(median=len(found.accounts), best=len(found.accounts), unit=""),
    }
