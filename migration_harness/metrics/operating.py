"""What was recorded of whole operations."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from migration_harness import queries
from migration_harness.operations.laws import PREFIX

DAYS: Final = 7


def metrics() -> Iterator[Metric]:
    """Read them. A kind that must obey a law and was not recorded counts zero."""
    kinds = queries.kinds_recorded(since=timezone.now() - timedelta(days=DAYS))
    recorded = GaugeMetricFamily(
        "harness_operations_recorded", "Operations that were recorded in the last 7 days.", labels=["kind"]
    )
    unlawful = GaugeMetricFamily("harness_operations_unlawful", "Those of them that break a law.", labels=["kind"])
    for each in kinds:
        recorded.add_metric([each.kind], each.recorded)
        unlawful.add_metric([each.kind], each.broken)
    yield recorded
    yield unlawful
    yield _dropped([each.kind for each in kinds])


def _dropped(kinds: list[str]) -> Metric:
    family = CounterMetricFamily("harness_operations_dropped", "Recordings that could not be kept.", labels=["kind"])
    lost = queries.comparisons_set_aside()
    counts = dict.fromkeys(kinds, 0)
    counts |= {name.removeprefix(PREFIX): count for name, count in lost.items() if name.startswith(PREFIX)}
    for kind, count in sorted(counts.items()):
        family.add_metric([kind], count)
    return family
