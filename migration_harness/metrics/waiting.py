"""What waits: discrepancies to review, writes that one store has missed, notices on their way, deferred calls."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from migration_harness import queries
from migration_harness.deciding.registry import seams
from migration_harness.seams.seam import Seam


def metrics() -> Iterator[Metric]:
    """Read them."""
    yield _discrepancies()
    yield from _drift()
    yield from _notices(now=timezone.now())
    yield from _deferred()


def _discrepancies() -> Metric:
    family = GaugeMetricFamily(
        "harness_discrepancies", "Ways in which calls differ, by where the review stands. Of replays too.",
        labels=["seam", "state"],
    )  # fmt: skip
    counts = Counter((each.seam, each.state) for each in queries.discrepancies())
    known = {(seam.name, state) for seam in seams if isinstance(seam, Seam) for state in queries.REVIEW_ORDER}
    for labels in sorted(known | set(counts)):
        family.add_metric(labels, counts[labels])
    return family


def _drift() -> Iterator[Metric]:
    keys = GaugeMetricFamily("harness_drift", "Writes that have reached one store only.", labels=["seam"])
    failed = GaugeMetricFamily("harness_drift_failed", "Those that could not be repaired so far.", labels=["seam"])
    oldest = GaugeMetricFamily(
        "harness_drift_oldest_seconds", "How long ago the first of them was written; 0 without any.", labels=["seam"]
    )
    for each in queries.drift_statuses():
        keys.add_metric([each.seam], each.open)
        failed.add_metric([each.seam], each.failed)
        oldest.add_metric([each.seam], each.oldest_seconds or 0)
    return iter((keys, failed, oldest))


def _notices(*, now: datetime) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("harness_notices_waiting", "Notices that have not arrived yet.", labels=["channel"])
    oldest = GaugeMetricFamily(
        "harness_notices_oldest_seconds", "How long ago the first of them was told; 0 without any.", labels=["channel"]
    )
    given_up = GaugeMetricFamily(
        "harness_notices_given_up", "Notices that could not be delivered for days.", labels=["channel"]
    )
    for each in queries.notice_backlogs():
        waiting.add_metric([each.channel], each.waiting)
        oldest.add_metric([each.channel], (now - each.oldest_at).total_seconds() if each.oldest_at else 0)
        given_up.add_metric([each.channel], each.given_up)
    return iter((waiting, oldest, given_up))


def _deferred() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("harness_deferred_waiting", "Calls that a worker will compare.", labels=["seam"])
    oldest = GaugeMetricFamily(
        "harness_deferred_oldest_seconds", "How long ago the first of them was made; 0 without any.", labels=["seam"]
    )
    calls = dict.fromkeys((seam.name for seam in seams if isinstance(seam, Seam) and seam.deferred), (0, 0.0))
    for each in queries.deferred_backlogs():
        count, seconds = calls.get(each.seam, (0, 0.0))
        calls[each.seam] = (count + each.waiting, max(seconds, each.oldest_seconds))
    for seam, (count, seconds) in sorted(calls.items()):
        waiting.add_metric([seam], count)
        oldest.add_metric([seam], seconds)
    return iter((waiting, oldest))
