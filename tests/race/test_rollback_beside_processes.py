"""A rollback while somebody holds what it needs and other processes decide: all of them have acknowledged it.

Two processes by default; ``make soak`` sets SOAK=1, has sixteen and prints how long the rollbacks took.
"""

from contextlib import ExitStack

import pytest

from migration_harness import queries
from tests.acceptance.conftest import committed_demo, selected, until  # noqa: F401  The demo, committed.
from tests.race.holding import FULL, HELD, LEAVES_CHARGES_ALONE, TIMES, on, rolled_back, session
from tests.race.test_charges_and_flips import violations

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

PROCESSES = 16 if FULL else 2
PAUSE_SECONDS = 0.1
"""Between two charges of a process."""


@pytest.fixture(scope="module")
def charging(nursery, tmp_path_factory):
    """The pids of the processes that charge."""
    logs = tmp_path_factory.mktemp("beside")
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                nursery.process(
                    "tests.race.charger", "charge", f"beside-{n}", str(logs / f"{n}"), str(PAUSE_SECONDS),
                    log=logs / f"log-{n}",
                )
            )
            for n in range(PROCESSES)
        ]  # fmt: skip
        pids = {each.pid for each in started}
        until(lambda: pids <= {m.process.pid for m in queries.fleet() if m.is_live})
        yield pids


class TestEveryProcess:
    @pytest.mark.parametrize("held", [held for held in LEAVES_CHARGES_ALONE if held != "the leases"])
    def test_acknowledges_a_rollback_whatever_is_held(self, charging, held, capsys):
        took = []
        for _ in range(TIMES):
            on()
            with session(HELD[held]):
                proven, seconds = rolled_back()
            assert charging <= {each.process.pid for each in proven.proof.acknowledged}
            assert proven.proof.fenced == ()
            took.append(seconds)
        assert violations() == 0
        if FULL:
            with capsys.disabled():
                print(f"\n{held}, beside {PROCESSES} processes: at most {1_000 * max(took):.0f} ms")  # noqa: T201
