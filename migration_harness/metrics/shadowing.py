"""What came of operations that were run again on both sides."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from migration_harness import queries


def metrics() -> Iterator[Metric]:
    """Read them. A kind that nobody has shadowed in a week has none."""
    shadowed = GaugeMetricFamily(
        "harness_operations_shadowed", "Recorded operations of seven days, by what came of them on both sides.",
        labels=["kind", "state"],
    )  # fmt: skip
    longest = GaugeMetricFamily(
        "harness_shadow_longest_seconds", "How long the longest transaction of a shadow was open, in seven days.",
        labels=["kind"],
    )  # fmt: skip
    for each in queries.kinds_shadowed(since=timezone.now() - timedelta(days=7)):
        for state, count in each.states.items():
            shadowed.add_metric([each.kind, state], count)
        longest.add_metric([each.kind], each.longest_ms / 1000)
    yield shadowed
    yield longest
