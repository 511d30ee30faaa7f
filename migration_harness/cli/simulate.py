"""``harness simulate``: plays flips, leases and charges under faults, and checks what is promised after every step."""

from typing import Annotated, Any

from typer import Exit, Option

from migration_harness.cli.acting import verb
from migration_harness.cli.output import FAILED, Json, console, print_json, table
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import Screen, good, warning
from migration_harness.simulating.simulate import JUDGED_FROM, RUNS, Simulated
from migration_harness.simulating.simulate import simulate as play
from migration_harness.simulating.world import Run
from migration_harness.wording import counted

Seed = Annotated[int | None, Option("--seed", min=0, help="The first run's; the others have the numbers after it.")]
Runs = Annotated[int, Option("--runs", min=0, help="How many runs.")]
Fleet = Annotated[int, Option("--fleet", min=0, help="One more run first, with so many processes.")]


@verb()
def simulate(*, seed: Seed = None, runs: Runs = RUNS, fleet: Fleet = 0, json: Json = False) -> None:
    """Play flips, leases and charges under faults, from seeds, and check what is promised of them after every step."""
    with progress() as shown:
        bar = shown.add_task("Runs", total=runs + bool(fleet))
        found = play(seed=seed, runs=runs, fleet=fleet, on_run=lambda run: shown.update(bar, completed=run))
    if json:
        print_json(_as_json(found))
    else:
        _print(console(), found)
    if not found.holds:
        raise Exit(FAILED)


def _as_json(found: Simulated) -> dict[str, Any]:
    return {
        "seed": found.seed,
        "runs": found.runs,
        "holds": found.holds,
        "broken": None if found.broken is None else _broken(found.broken),
        "steps": found.steps,
        "flips": found.flips,
        "charges": found.charges,
        "processes": found.processes,
        "simulated_seconds": found.simulated_seconds,
        "seconds": round(found.seconds, 1),
        "states": dict(found.states),
        "never": list(found.never),
    }


def _broken(run: Run) -> dict[str, Any]:
    return {
        "seed": run.scenario.seed,
        "promise": run.broken,
        "history": [{"at_ms": each.at_ns / 1_000_000, "who": each.who, "what": each.what} for each in run.history],
    }


def _print(out: Screen, found: Simulated) -> None:
    if found.broken is not None and found.first_broken is not None:
        _print_broken(out, found.broken, found.first_broken)
    elif found.never:
        out.print(warning("Not reached"), "What a simulation has to reach now and then, and these runs did not:")
        for state in found.never:
            out.print(f"  {state}")
    elif found.runs >= JUDGED_FROM:
        out.print(good("Every promise was kept"), "after each step, and every state was reached that has to be.")
    else:
        out.print(good("Every promise was kept"), f"after each step. Of fewer than {JUDGED_FROM} runs no more is said.")
    processes = counted(found.processes, "process", "processes")
    out.print(
        f"{counted(found.runs, 'run')} from seed {found.seed}: {counted(found.steps, 'step')}, "
        f"{processes}, {counted(found.flips, 'flip')}, {counted(found.charges, 'charge')} in "
        f"{found.simulated_seconds / 60:,.0f} simulated minutes. {found.seconds:,.0f} s."
    )


def _print_broken(out: Screen, run: Run, first: Run) -> None:
    out.print(warning("Broken"), run.broken)
    rows = table("ms", "Who", "What", numbers=("ms",))
    for line in run.history:
        rows.add_row(f"{line.at_ns / 1_000_000:,.1f}", line.who or "(around them)", line.what)
    out.print(rows)
    out.print(
        f"What is left of {counted(len(first.scenario.acts), 'event')}: {len(run.scenario.acts)}. "
        f"The same again: harness simulate --seed {run.scenario.seed} --runs 1"
    )
