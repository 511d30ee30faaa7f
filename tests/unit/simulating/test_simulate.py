"""The protocol keeps its promises in every run, and the simulation finds the faults for which it was built."""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from migration_harness.simulating.scenario import Kind, scenario_of
from migration_harness.simulating.simulate import JUDGED_FROM, Simulated, play, simulate
from migration_harness.simulating.sometimes import STATES
from migration_harness.simulating.world import Run
from tests.unit.simulating.planting import PLANTED

FULL = os.environ.get("SOAK") == "1"
RUNS = 10_000 if FULL else 60
FLEET = 1_000 if FULL else 120
FIRST_SEED = 1_000
BUDGET_RUNS = 30
"""Within which a planted fault is found."""
FIVE = list(PLANTED)[:5]

_PLAYED = """
import django
django.setup()
from migration_harness.simulating.scenario import scenario_of
from migration_harness.simulating.simulate import play
print([(line.at_ns, line.who, line.what) for line in play(scenario_of(7)).history])
"""


@pytest.fixture(scope="module")
def found() -> Simulated:
    """What the runs on the real code found."""
    return simulate(seed=FIRST_SEED, runs=RUNS)


class TestRealCode:
    def test_keeps_every_promise(self, found: Simulated) -> None:
        assert found.broken is None, _told(found.broken)

    def test_is_run_in_every_state_that_is_to_be_feared(self, found: Simulated) -> None:
        assert [state for state in STATES if not found.states[state]] == []

    def test_is_flipped_charged_and_checked(self, found: Simulated) -> None:
        assert found.flips > RUNS
        assert found.charges > RUNS
        assert found.steps > 1_000 * RUNS

    def test_obeys_in_a_large_fleet(self) -> None:
        fleet = simulate(seed=FIRST_SEED, runs=0, fleet=FLEET)
        assert fleet.broken is None, _told(fleet.broken)
        assert fleet.processes > FLEET


class TestPlantedFault:
    @pytest.mark.parametrize("name", list(PLANTED) if FULL else FIVE)
    def test_is_found_within_the_budget_and_made_small(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        PLANTED[name](monkeypatch)
        found = simulate(seed=1, runs=BUDGET_RUNS)
        assert found.broken is not None
        assert found.first_broken is not None
        assert len(found.broken.scenario.acts) < len(found.first_broken.scenario.acts) / 2
        assert found.broken.broken == play(found.broken.scenario).broken

    def test_is_there_again_by_its_seed_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        PLANTED["acknowledgement of an older epoch"](monkeypatch)
        found = simulate(seed=1, runs=BUDGET_RUNS)
        assert found.broken_seed is not None
        again = simulate(seed=found.broken_seed, runs=1)
        assert (again.first_broken, again.broken) == (found.first_broken, found.broken)

    def test_leaves_a_history_that_says_who_did_what(self, monkeypatch: pytest.MonkeyPatch) -> None:
        PLANTED["acknowledgement of an older epoch"](monkeypatch)
        found = simulate(seed=1, runs=BUDGET_RUNS)
        assert found.broken is not None
        told = _told(found.broken)
        assert "may decide by epoch" in found.broken.broken
        assert all(part in told for part in ("has lease", "commits epoch", "has the proof of epoch"))


class TestRun:
    def test_takes_the_same_steps_in_another_process(self) -> None:
        """Whatever order that process gives to its sets."""
        told = {
            subprocess.run(
                [sys.executable, "-c", _PLAYED],
                env=os.environ | {"PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "tests.settings"},
                capture_output=True,
                check=True,
                text=True,
            ).stdout
            for seed in ("1", "2")
        }
        assert len(told) == 1

    def test_differs_from_that_of_another_seed(self) -> None:
        assert play(scenario_of(1)).history != play(scenario_of(2)).history

    def test_of_a_scenario_without_some_of_its_acts_does_the_others_as_before(self) -> None:
        whole = scenario_of(3)
        begun = tuple(act for act in whole.acts if act.kind is Kind.BEGIN)
        alone = {line for line in play(replace(whole, acts=begun[:1])).history if line.who == begun[0].who}
        told = {line for line in play(replace(whole, acts=begun)).history if line.who == begun[0].who}
        assert alone & told

    def test_leaves_this_process_as_it_was(self) -> None:
        from migration_harness.deciding import source
        from migration_harness.deciding.registry import seams

        before: Any = (source._source, dict(seams._by_name))
        play(scenario_of(1))
        assert (source._source, dict(seams._by_name)) == before


class TestSearch:
    def test_says_nothing_of_states_after_a_few_runs(self) -> None:
        few = simulate(seed=1, runs=1)
        assert few.holds
        assert few.never == ()

    def test_fails_where_a_state_was_never_reached(self, found: Simulated) -> None:
        missing = replace(found, runs=JUDGED_FROM, states=dict(found.states) | {STATES[0]: 0})
        assert (missing.holds, missing.never) == (False, (STATES[0],))


def _told(run: Run | None) -> str:
    assert run is not None
    lines = [f"{line.at_ns / 1_000_000:10.1f} {line.who:24} {line.what}" for line in run.history]
    return "\n".join([run.broken, *lines])
