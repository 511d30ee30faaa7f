"""What a compared call costs its caller: both sides, the comparison, and its way into the buffer.

The rows are flushed between the rounds, untimed; ``sustained`` measures what happens when there is no pause.
"""

from ldclient.migrations import ExecutionOrder
from ldclient.migrations import Stage as LaunchDarklyStage

from benchmarks.flags import seam_at
from benchmarks.peers import laboratory, launchdarkly
from benchmarks.timing import Figure, figure_of, measure
from benchmarks.workload import ROW, call_of, candidate, control
from migration_harness.api import ExecutionPath, Stage, unit_of_work
from migration_harness.log import recorder


def figures() -> dict[str, Figure]:
    """Return microseconds of the whole call, both sides included."""
    stage = LaunchDarklyStage.SHADOW
    with (
        unit_of_work(execution_path=ExecutionPath.DIRECT),
        launchdarkly.migrator(control, candidate, stage=stage) as serial,
        launchdarkly.migrator(control, candidate, stage=stage, order=ExecutionOrder.PARALLEL) as parallel,
    ):
        functions = {
            "seam, shadow": seam_at("bench-shadow", baseline=Stage.SHADOW),
            "laboratory, both sides": laboratory.comparing(control, candidate),
            "LaunchDarkly migrator, shadow, serial": serial,
            "LaunchDarkly migrator, shadow, parallel": parallel,
        }
        calls = {name: call_of(function) for name, function in functions.items()}
        on_a_row = seam_at("bench-shadow-row", baseline=Stage.SHADOW)
        calls["seam, shadow, an argument that can be changed"] = call_of(on_a_row, account=ROW)
        samples = measure(calls, between=recorder.buffer.flush)
    return {name: figure_of(rounds) for name, rounds in samples.items()}
