"""Whether the books are true, and when that was looked at."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from migration_harness.money.trial_balance import standing


def metrics() -> Iterator[Metric]:
    """Read them. A law that holds counts zero; books that were never checked have no time."""
    balance = standing()
    broken = GaugeMetricFamily(
        "harness_trial_balance_broken", "Rows that break an invariant of the ledger, its evidence or the trail.",
        labels=["law"],
    )  # fmt: skip
    for law, count in sorted(balance.counts.items()):
        broken.add_metric([law], count)
    yield broken
    checked = GaugeMetricFamily(
        "harness_trial_balance_checked_timestamp_seconds", "When the books were checked last; none before the first."
    )
    if balance.checked_at is not None:
        checked.add_metric([], balance.checked_at.timestamp())
    yield checked
