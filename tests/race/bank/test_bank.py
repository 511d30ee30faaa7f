"""A bank under faults loses nothing, doubles nothing, charges nobody wrongly. Short; ``make soak`` runs it in full."""

import json
import os
import shutil
import threading
import time
from collections import Counter
from random import Random

import pytest
from django.core.management import call_command

from tests.acceptance.conftest import committed_demo, database_url, selected, until  # noqa: F401  Fixtures.
from tests.race.bank.auditor import Books
from tests.race.bank.bank import BANKERS, Bank
from tests.race.bank.cluster import Cluster
from tests.race.bank.faults import FAULTS

FULL = os.environ.get("SOAK") == "1"
TURNS = 24 if FULL else 1
"""How often each fault comes: half of all before the bank moves to another server, the others after it."""
_EXITED = "harness exited with code 1"

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(
        shutil.which("pgbouncer") is None and not os.environ.get("CI"), reason="There is no pgbouncer here."
    ),
]


class Orders:
    """Gives flips and rollbacks to the bankers, one after another, while the block runs."""

    def __init__(self, bank: Bank, chance: Random) -> None:
        self.bank = bank
        self.chance = chance
        self.given = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._give)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _give(self) -> None:
        while not self._over.is_set():
            for order in ("models", "on", self.chance.choice(["back", "back", "back all", "off"])):
                self.given += self.bank.bankers.tell(self.chance.choice(BANKERS), order)
                self._over.wait(self.chance.uniform(0.3, 1.2))


@pytest.fixture(scope="module")
def bank(selected, tmp_path_factory):  # noqa: F811  The fixture, not the import.
    folder = tmp_path_factory.mktemp("bank")
    call_command("harness", "flag", "model-based-credits", "--baseline", "shadow")
    dumper = Cluster(folder / "dumper")
    made = Bank(folder, dumped=dumper.dump(database_url()))
    dumper.remove()
    try:
        yield made
    finally:
        made.end()


def audited(bank: Bank, *, since: int) -> int:
    """See that the books are right; returns the last entry."""
    with bank.cluster.connect() as connection:
        books = Books(connection, bank.folder, since=since)
        assert books.violations()[:20] == []
        return books.charges[-1][0]


class TestBankUnderFaults:
    def test_keeps_its_books(self, bank, capsys):
        seed = int(os.environ.get("BANK_SEED") or time.time())
        chance, done, since = Random(seed), Counter(), 0
        faults = chance.sample(FAULTS * TURNS, len(FAULTS) * TURNS)
        parts = {"at the first server": faults[::2], "after a dump and a restore": faults[1::2]}
        for part, coming in parts.items():
            bank.wait_until_everybody_works()
            before = bank.charges()
            with Orders(bank, chance):
                for fault in coming:
                    fault(bank, chance)
                    done[fault.__name__] += 1
                    time.sleep(chance.uniform(0.1, 0.6))
                bank.wait_until_everybody_works()
            assert bank.charges() > before, part
            bank.close()
            since = audited(bank, since=since)
            status = json.loads(bank.manage("harness", "status", "--json"))
            assert bank.manage("harness", "audit", "--verify")
            if part == "at the first server":
                bank.move()
        assert done == dict.fromkeys((fault.__name__ for fault in FAULTS), TURNS)
        told(bank, capsys, done, seed=seed, status=status)


def told(bank, capsys, done, *, seed, status):
    """See that no command was silent and none without its proof; print the figures."""
    commands = bank.obeyed()
    for command in commands:
        assert command["told"].removesuffix(_EXITED).strip(), command
        assert "Traceback" not in command["told"], command
        assert isinstance(command["code"], int | None), command
    rollbacks = sorted(c["seconds"] for c in commands if c["obeyed"].startswith("back") and not c["code"])
    refused = Counter(c["told"].strip()[:90] for c in commands if c["code"])
    with capsys.disabled():
        print(  # noqa: T201  The figures are what a soak is for.
            f"\nThe bank (seed {seed}): {bank.charges()} entries, {bank.tellers.births} tellers, {sum(done.values())} "
            f"faults, {len(commands)} commands, {len(rollbacks)} rollbacks, p50 {rollbacks[len(rollbacks) // 2]:.2f}, "
            f"max {rollbacks[-1]:.2f} s. Refused: {dict(refused)}"
        )
    assert rollbacks
