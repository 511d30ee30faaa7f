"""Legacy code: what is known of its entries, and how often they were executed today."""

from collections import Counter
from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from migration_harness import queries
from migration_harness.evidence.life import Life


def metrics() -> Iterator[Metric]:
    """Read them."""
    now = timezone.now()
    lives = Counter(each.life for each in queries.legacy_use(now=now).entries)
    entries = GaugeMetricFamily(
        "harness_legacy_entries", "Legacy entries, by what is known of the last 7 days.", labels=["life"]
    )
    for life in Life:
        entries.add_metric([life.value], lives[life])
    yield entries
    executions = GaugeMetricFamily(
        "harness_legacy_executions", "Executions of legacy entries today (UTC), by what for.", labels=["purpose"]
    )
    for purpose, times in queries.executions_of_day(now.date()).items():
        executions.add_metric([purpose], times)
    yield executions
