"""Many processes of every kind under charge load, flip after flip: every one is acknowledged by all.

Short by default; ``make soak`` sets SOAK=1 for the full length and prints what it measured.
"""

import http.client
import os
import signal
import socket
import threading
import time
from contextlib import ExitStack

import pytest
from django.db import connections

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.tasks import deduct_credits_for_operation
from migration_harness import queries
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from tests.acceptance.conftest import committed_demo, process, selected, until  # noqa: F401  The demo, committed.
from tests.race.test_charges_and_flips import violations
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

FULL = os.environ.get("SOAK") == "1"
WEB, WORKERS, COMMANDS = (5, 5, 6) if FULL else (2, 2, 2)
FLIPS = 200 if FULL else 20
PAUSE_SECONDS = float(os.environ.get("SOAK_PAUSE_SECONDS", "0.1"))
"""Between two charges of a process; 0 keeps all cores busy."""
FLAG = "model-based-credits"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Load:
    """Keeps web processes and workers charging from outside."""

    def __init__(self, port):
        self.port = port
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.ask_web), threading.Thread(target=self.send_tasks)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)

    def ask_web(self):
        while not self.stop.is_set():
            web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                web.request("GET", "/")
                web.getresponse().read()
            except OSError:
                pass
            finally:
                web.close()
            time.sleep(PAUSE_SECONDS / WEB)

    def send_tasks(self):
        account = Account.objects.order_by("pk").first()
        number = 0
        while not self.stop.is_set():
            number += 1
            deduct_credits_for_operation.delay(
                account_id=account.pk, operation_type="clustering", model="gpt-5.1",
                tokens_input=2_000, tokens_output=760, operation_id=f"load:task:{number}",
            )  # fmt: skip
            time.sleep(max(PAUSE_SECONDS, 0.01) / WORKERS)
        connections.close_all()


@pytest.fixture(scope="module")
def fleet(committed_demo, tmp_path_factory):  # noqa: F811  The fixture, not the import.
    logs = tmp_path_factory.mktemp("soak")
    port = free_port()
    gunicorn = ["gunicorn", "tests.race.charging_app:application", "--preload", "--bind", f"127.0.0.1:{port}"]
    with ExitStack() as stack:
        stack.enter_context(process(*gunicorn, "--workers", str(WEB), log=logs / "web"))
        worker = ["celery", "-A", "igny8_core", "worker", "--concurrency", str(WORKERS)]
        stack.enter_context(process(*worker, log=logs / "worker"))
        commands = []
        for n in range(COMMANDS):
            arguments = ("charge", f"command-{n}", str(logs / f"{n}"), str(PAUSE_SECONDS))
            commands.append(stack.enter_context(process("tests.race.charger", *arguments, log=logs / f"command-{n}")))
        stack.enter_context(Load(port))
        until(lambda: len(live()) >= WEB + WORKERS + COMMANDS)
        yield commands


def live():
    roles = ("web", "worker", "command")
    return [m for m in queries.fleet() if m.is_live and m.process.role in roles]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


class TestFleetUnderLoad:
    def test_acknowledges_every_flip_and_charges_nobody_wrongly(self, fleet, capsys):
        rollbacks = []
        before = CreditTransaction.objects.count()
        for _ in range(FLIPS):
            assert rollback.change_flag(name=FLAG, change=FlagChange(everyone=True), actor="soak").proof.holds
            proof = rollback.roll_back(names=[FLAG], actor="soak").proof
            assert proof.holds
            assert proof.fenced == ()
            assert len(proof.acknowledged) >= WEB + WORKERS + COMMANDS
            rollbacks.append(proof.waited_ms)
        charges = CreditTransaction.objects.count() - before
        assert violations() == 0
        assert charges > 0
        with capsys.disabled():
            print(  # noqa: T201  The figures are what a soak is for.
                f"\n{len(rollbacks)} rollbacks, {len(live())} processes, {charges} charges meanwhile: "
                f"p50 {percentile(rollbacks, 0.50):.0f} ms, p99 {percentile(rollbacks, 0.99):.0f} ms, "
                f"max {max(rollbacks):.0f} ms"
            )

    def test_fences_a_stopped_process_when_its_lease_ends(self, fleet, capsys):
        stopped, waited = fleet[0], []
        for _ in range(5 if FULL else 1):
            rollback.change_flag(name=FLAG, change=FlagChange(everyone=True), actor="soak")
            os.kill(stopped.pid, signal.SIGSTOP)
            proof = rollback.roll_back(names=[FLAG], actor="soak").proof
            os.kill(stopped.pid, signal.SIGCONT)
            assert stopped.pid in {fenced.pid for fenced in proof.fenced}
            assert proof.holds
            waited.append(proof.waited_ms)
            until(lambda: stopped.pid in {m.process.pid for m in live()})
        with capsys.disabled():
            print(f"\nA stopped process was fenced after {max(waited):.0f} ms at most, {len(waited)} times.")  # noqa: T201
