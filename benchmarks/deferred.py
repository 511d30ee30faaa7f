"""What a call costs its caller whose candidate takes 200 ms, where that runs later.

The caller carries the values and appends them; the rows are written and removed between the rounds, untimed.
"""

from time import perf_counter, sleep
from typing import Any, Final

from ldclient.migrations import Stage as LaunchDarklyStage

from benchmarks.flags import seam_at
from benchmarks.peers import launchdarkly
from benchmarks.timing import Figure, measure
from benchmarks.workload import ROW, call_of, candidate, control
from migration_harness.api import ExecutionPath, Stage, unit_of_work
from migration_harness.log import recorder
from migration_harness.models import DeferredCall

SLOW_SECONDS: Final = 0.2
PEER_CALLS: Final = 5


def slow(**call: Any) -> int:
    """Return what the candidate returns, later."""
    sleep(SLOW_SECONDS)
    return candidate(**call)


def figures() -> dict[str, Figure]:
    """Return milliseconds of the whole call."""
    seam = seam_at("bench-deferred", baseline=Stage.SHADOW, slow=slow)
    with (
        unit_of_work(execution_path=ExecutionPath.DIRECT),
        launchdarkly.migrator(control, slow, stage=LaunchDarklyStage.SHADOW) as serial,
    ):
        calls = {
            "seam, deferred, candidate of 200 ms": call_of(seam),
            "seam, deferred, an argument that can be changed": call_of(seam, account=ROW),
        }
        samples = {name: [us / 1_000 for us in rounds] for name, rounds in measure(calls, between=_written).items()}
        samples["LaunchDarkly migrator, candidate of 200 ms"] = _timed(call_of(serial))
    return {
        name: Figure(median=sorted(rounds)[len(rounds) // 2], best=min(rounds), unit="ms")
        for name, rounds in samples.items()
    }


def _timed(call: Any) -> list[float]:
    found = []
    for _ in range(PEER_CALLS):
        start = perf_counter()
        call()
        found.append((perf_counter() - start) * 1_000)
    return found


def _written() -> None:
    recorder.buffer.flush()
    DeferredCall.objects.all().delete()
