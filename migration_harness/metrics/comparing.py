"""What comparisons found: counts, sums, durations."""

from collections.abc import Iterator
from itertools import accumulate

from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from migration_harness import queries
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Side
from migration_harness.queries import DurationTotal, Hearing, LiveTotal
from migration_harness.seams.seam import Seam

_NANOSECONDS = 1_000_000_000


def metrics() -> Iterator[Metric]:
    """Read them. A seam without a comparison counts zero: a rate needs a beginning."""
    totals = queries.live_totals()
    yield _seams()
    yield _comparisons(totals)
    yield _measures(totals)
    yield _one_sided(totals)
    yield _last(totals)
    yield _durations()
    yield _dropped()
    yield _set_aside()
    yield _breakers()
    yield _silent()


def _names() -> list[str]:
    return [seam.name for seam in seams if isinstance(seam, Seam)]


def _seams() -> Metric:
    family = GaugeMetricFamily(
        "harness_seam_info", "Always 1: the flag that decides a seam, and whether it prices charges.",
        labels=["seam", "flag", "money"],
    )  # fmt: skip
    for seam in seams:
        family.add_metric([seam.name, seam.flag, "yes" if seam.money else "no"], 1)
    return family


def _comparisons(totals: list[LiveTotal]) -> Metric:
    family = CounterMetricFamily(
        "harness_comparisons", "Calls in which both sides ran, by what was found. Replays do not count.",
        labels=["seam", "verdict"],
    )  # fmt: skip
    counts = dict.fromkeys(((seam, verdict) for seam in _names() for verdict in queries.ALL_VERDICTS), 0)
    counts |= {(each.seam, each.verdict): each.comparisons for each in totals}
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family


def _measures(totals: list[LiveTotal]) -> Metric:
    family = CounterMetricFamily(
        "harness_measure", "Sums of what both sides answered to the calls compared, for example credits.",
        labels=["seam", "side", "unit"],
    )  # fmt: skip
    for seam in seams:
        if isinstance(seam, Seam) and seam.measure:
            own = [each for each in totals if each.seam == seam.name]
            control = sum(each.control_sum or 0 for each in own)
            candidate = sum(each.candidate_sum or 0 for each in own)
            family.add_metric([seam.name, Side.CONTROL.value, seam.measure], float(control))
            family.add_metric([seam.name, Side.CANDIDATE.value, seam.measure], float(candidate))
    return family


def _one_sided(totals: list[LiveTotal]) -> Metric:
    family = CounterMetricFamily(
        "harness_comparisons_one_sided", "Comparisons with a measure on one side only: not the same calls are summed.",
        labels=["seam"],
    )  # fmt: skip
    counts = dict.fromkeys(_names(), 0)
    for each in totals:
        counts[each.seam] = counts.get(each.seam, 0) + each.one_sided
    for seam, count in sorted(counts.items()):
        family.add_metric([seam], count)
    return family


def _last(totals: list[LiveTotal]) -> Metric:
    family = GaugeMetricFamily(
        "harness_last_comparison_timestamp_seconds", "When a seam was compared last; none before the first time.",
        labels=["seam"],
    )  # fmt: skip
    for seam in sorted({each.seam for each in totals}):
        family.add_metric([seam], max(each.last_at.timestamp() for each in totals if each.seam == seam))
    return family


def _durations() -> Metric:
    family = HistogramMetricFamily(
        "harness_side_duration_seconds", "How long each side of a compared call took.", labels=["seam", "side"]
    )
    bounds = queries.duration_bounds()
    empty = (0,) * (len(bounds) + 1)
    found = {
        (seam, side.value): DurationTotal(seam=seam, side=side.value, counts=empty, total_ns=0)
        for seam in _names()
        for side in Side
    } | {(each.seam, each.side): each for each in queries.duration_totals(buckets=len(empty))}
    limits = [*(repr(bound / _NANOSECONDS) for bound in bounds), "+Inf"]
    for labels, total in sorted(found.items()):
        buckets = list(zip(limits, accumulate(total.counts), strict=True))
        family.add_metric(labels, buckets, sum_value=total.total_ns / _NANOSECONDS)
    return family


def _dropped() -> Metric:
    family = CounterMetricFamily(
        "harness_comparisons_dropped", "Matches that found a buffer full.",
        labels=["seam"],
    )  # fmt: skip
    for seam, count in sorted((dict.fromkeys(_names(), 0) | queries.dropped_comparisons()).items()):
        family.add_metric([seam], count)
    return family


def _set_aside() -> Metric:
    family = CounterMetricFamily(
        "harness_comparisons_set_aside", "Comparisons that could not be written, whatever they found.", labels=["seam"]
    )
    for seam, count in sorted((dict.fromkeys(_names(), 0) | queries.comparisons_set_aside()).items()):
        family.add_metric([seam], count)
    return family


def _breakers() -> Metric:
    family = GaugeMetricFamily(
        "harness_breaker_open", "Processes that do not compare a seam for now, because its breaker is open.",
        labels=["seam"],
    )  # fmt: skip
    for seam, processes in sorted((dict.fromkeys(_names(), 0) | queries.open_breakers()).items()):
        family.add_metric([seam], processes)
    return family


def _silent() -> Metric:
    family = GaugeMetricFamily(
        "harness_silent",
        "1 where a seam, or an expected stratum of its calls, was called and is not any more; 0 where it is.",
        labels=["seam", "execution_path", "operation", "model"],
    )
    for each in queries.heard(now=timezone.now()):
        if each.hearing in (Hearing.CALLED, Hearing.SILENT):
            family.add_metric(each.flow.key, int(each.hearing is Hearing.SILENT))
    return family
