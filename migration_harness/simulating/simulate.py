"""Many runs, each from a seed of its own; the first that breaks a promise is made small."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from random import SystemRandom
from typing import Final

from migration_harness.simulating.scenario import Scenario, fleet_of, scenario_of
from migration_harness.simulating.shrinking import shrink
from migration_harness.simulating.sometimes import STATES, Sometimes
from migration_harness.simulating.world import Run, World

RUNS: Final = 200
"""Of a search that nobody has said more of."""
JUDGED_FROM: Final = 100
"""Runs after which a state that was never reached is a failure: fewer say nothing."""
_SEEDS: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came of many runs.

    Attributes:
        seed: Of the first run; the others have the numbers after it.
        runs: How many there were.
        broken: The run that broke a promise, made small; None where all were kept.
        first_broken: The same before it was made small.
        steps: Steps of all runs: after each of them every promise was checked.
        flips: Flips that committed.
        charges: Charges that committed.
        processes: Processes that there were.
        simulated_seconds: How long it took by the simulated clock.
        seconds: How long it took.
        states: How often each of the states was reached that a simulation must reach.
    """

    seed: int
    runs: int
    broken: Run | None
    first_broken: Run | None
    steps: int
    flips: int
    charges: int
    processes: int
    simulated_seconds: float
    seconds: float
    states: Mapping[str, int]

    @property
    def broken_seed(self) -> int | None:
        """The seed of the run that broke a promise."""
        return None if self.broken is None else self.broken.scenario.seed

    @property
    def never(self) -> tuple[str, ...]:
        """States that had to be reached and were not; of few runs nothing is said."""
        if self.broken is not None or self.runs < JUDGED_FROM:
            return ()
        return tuple(state for state, count in self.states.items() if not count)

    @property
    def holds(self) -> bool:
        """Whether every promise was kept, and every state reached."""
        return self.broken is None and not self.never


def play(scenario: Scenario, sometimes: Sometimes | None = None) -> Run:
    """Play one scenario; the same one takes the same steps, in whichever process."""
    return World(scenario, sometimes or Sometimes()).run()


def simulate(
    *,
    seed: int | None = None,
    runs: int = RUNS,
    fleet: int = 0,
    on_run: Callable[[int], object] = lambda _: None,
) -> Simulated:
    """Play the scenarios of ``runs`` seeds, from ``seed`` on; with ``fleet`` one more, of so many processes.

    Ends at the first run that breaks a promise.
    """
    first = SystemRandom().randrange(_SEEDS) if seed is None else seed
    sometimes, began = Sometimes(), time.monotonic()
    played: list[Run] = []
    fleets = (fleet_of(first, processes=fleet) for _ in range(bool(fleet)))
    for scenario in chain(fleets, map(scenario_of, range(first, first + runs))):
        played.append(play(scenario, sometimes))
        on_run(len(played))
        if played[-1].broken:
            break
    broken = played[-1] if played and played[-1].broken else None
    return Simulated(
        seed=first,
        runs=len(played),
        broken=None if broken is None else shrink(broken, play=play),
        first_broken=broken,
        steps=sum(run.steps for run in played),
        flips=sum(run.flips for run in played),
        charges=sum(run.charges for run in played),
        processes=sum(run.processes for run in played),
        simulated_seconds=sum(run.scenario.calm_ms for run in played) / 1_000,
        seconds=time.monotonic() - began,
        states={state: sometimes.counts[state] for state in STATES},
    )
