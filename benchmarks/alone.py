"""What a seam costs while one side answers alone, beside a decision of the peers."""

from collections.abc import Callable

from ldclient.migrations import Stage as LaunchDarklyStage

from benchmarks.flags import seam_at
from benchmarks.peers import laboratory, launchdarkly
from benchmarks.timing import Figure, figure_over, measure
from benchmarks.workload import ACCOUNT, call_of, candidate, control
from migration_harness.api import ExecutionPath, Stage, tombstone, unit_of_work
from migration_harness.control.flips import FlagChange

marked = tombstone(owner="benchmarks", since="2026-11-30", reason="To be measured.")(control)


def figures() -> dict[str, Figure]:
    """Return microseconds over a direct call of the side that answers."""
    everyone = FlagChange(stage=Stage.COMPLETE, everyone=True)
    somebody_else = FlagChange(account_id=str(ACCOUNT.pk + 1), membership="on")
    seams: dict[str, tuple[Callable[..., object], Callable[..., object]]] = {
        "seam, off": (seam_at("bench-off"), control),
        "seam, complete": (seam_at("bench-complete", change=everyone), candidate),
        "seam, off, others in the cohort": (seam_at("bench-ramp", change=somebody_else), control),
    }
    off, complete = LaunchDarklyStage.OFF, LaunchDarklyStage.COMPLETE
    with (
        unit_of_work(execution_path=ExecutionPath.DIRECT),
        launchdarkly.migrator(control, candidate, stage=off) as migrator_off,
        launchdarkly.migrator(control, candidate, stage=complete) as migrator_complete,
    ):
        functions = seams | {
            "LaunchDarkly migrator, off": (migrator_off, control),
            "LaunchDarkly migrator, complete": (migrator_complete, candidate),
            "laboratory, disabled": (laboratory.disabled(control, candidate), control),
            "tombstone": (marked, control),
            "seam, off, control with a tombstone": (seam_at("bench-marked", control=marked), control),
        }
        calls = {name: call_of(function) for name, (function, _) in functions.items()}
        direct = {answering: call_of(answering) for answering in (control, candidate)}
        samples = measure(calls | direct)
    return {name: figure_over(samples[name], samples[side]) for name, (_, side) in functions.items()}
