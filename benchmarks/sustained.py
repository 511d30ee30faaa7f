"""Shadow without a pause: compared calls one after the other while the recorder's thread writes them."""

from collections.abc import Callable
from itertools import repeat
from time import perf_counter, thread_time

from benchmarks.flags import seam_at
from benchmarks.timing import Figure, figure_of
from benchmarks.workload import call_of
from migration_harness.api import ExecutionPath, Stage, unit_of_work
from migration_harness.log import recorder
from migration_harness.models import Comparison

BATCHES = 200
CALLS_PER_BATCH = 1_000
SEAM = "bench-sustained"


def figures() -> dict[str, Figure]:
    """Return the caller's time by the wall clock and on the processor, and what became of the comparisons."""
    call = call_of(seam_at(SEAM, baseline=Stage.SHADOW))
    with unit_of_work(execution_path=ExecutionPath.DIRECT):
        call()
        wall, processor = _load(call)
    waiting = len(recorder.buffer._rows)
    start = perf_counter()
    recorder.buffer.flush()
    seconds = perf_counter() - start
    return {
        "seam, sustained, wall clock": figure_of(wall),
        "seam, sustained, caller's processor time": figure_of(processor),
        "comparisons, calls made": _count(BATCHES * CALLS_PER_BATCH + 1),
        "comparisons, written": _count(Comparison.objects.filter(seam=SEAM).count()),
        "comparisons, dropped and counted": _count(recorder.buffer.drops.total),
        "comparisons written per second, caller idle": _count(waiting / seconds, unit="/s"),
    }


def _load(call: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Return microseconds per call of each batch, by either clock."""
    wall, processor = [], []
    for _ in range(BATCHES):
        wall_start, processor_start = perf_counter(), thread_time()
        for _ in repeat(None, CALLS_PER_BATCH):
            call()
        wall.append((perf_counter() - wall_start) / CALLS_PER_BATCH * 1e6)
        processor.append((thread_time() - processor_start) / CALLS_PER_BATCH * 1e6)
    return wall, processor


def _count(number: float, *, unit: str = "") -> Figure:
    return Figure(median=number, best=number, unit=unit)
