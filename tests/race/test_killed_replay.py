"""kill -9 during a replay, while web processes and workers charge: no charge without evidence, nor the other way round.

Three kills by default; ``make soak`` sets SOAK=1 for twenty, and prints what it measured.
"""

import http.client
import os
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from random import Random

import pytest
from celery import current_app
from django.db import connection, connections

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction
from igny8_core.business.billing.tasks import deduct_credits_for_operation
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.registry import seams
from tests.acceptance.conftest import committed_demo, process, selected, until  # noqa: F401  The demo, committed.
from tests.race.mortal import Replay, Web, Worker
from tests.race.test_soak import free_port
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

FULL = os.environ.get("SOAK") == "1"
KILLS = 20 if FULL else 3
ROWS = 2_000 if FULL else 500
"""Of one run of the replay; when it is done, the next one begins."""
SEED = 20_260_104
FLAG = "model-based-credits"

# Charges and comparisons that have not exactly one of the other, with the same prices.
UNPAIRED = """
SELECT operation_id, t.n, c.n
FROM (SELECT operation_id, count(*) AS n, min(control_credits) AS control, min(candidate_credits) AS candidate
      FROM billing_credittransaction WHERE transaction_type = 'deduction' GROUP BY 1) t
FULL JOIN (SELECT operation_id, count(*) AS n, min(control_measure) AS control, min(candidate_measure) AS candidate
           FROM migration_harness_comparison WHERE seam = ANY (%s) GROUP BY 1) c USING (operation_id)
WHERE (t.n, c.n, t.control, t.candidate) IS DISTINCT FROM (1::bigint, 1::bigint, c.control, c.candidate)
"""
WRONG_BALANCES = """
SELECT a.name, a.credits FROM igny8_auth_account a
WHERE credits <> opening_credits + (
    SELECT coalesce(sum(amount), 0) FROM billing_credittransaction t WHERE t.account_id = a.id)
"""
WITHOUT_ONE_USAGE_LOG = """
SELECT t.operation_id, count(u.id) FROM billing_credittransaction t
LEFT JOIN billing_creditusagelog u ON u.transaction_id = t.id AND u.credits_used = -t.amount
WHERE t.transaction_type = 'deduction' GROUP BY 1 HAVING count(u.id) <> 1
"""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
  AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
"""


def rows(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def unpaired():
    return rows(UNPAIRED, [seam.name for seam in seams if seam.money])


class Load:
    """Keeps web processes and workers charging without a pause; each task is sent twice, as a broker may."""

    def __init__(self, port):
        self.port = port
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=each) for each in (self.ask_web, self.ask_web, self.send_tasks)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)
        current_app.control.purge()

    def ask_web(self):
        while not self.stop.is_set():
            web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                web.request("GET", "/")
                web.getresponse().read()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # It was killed, and is being started.
            finally:
                web.close()

    def send_tasks(self):
        accounts = list(Account.objects.order_by("pk"))
        connections.close_all()
        number = 0
        while not self.stop.is_set():
            number += 1
            for _ in range(2):
                deduct_credits_for_operation.delay(
                    account_id=accounts[number % len(accounts)].pk, operation_type="clustering", model="gpt-5.1",
                    tokens_input=2_000, tokens_output=760, operation_id=f"load:task:{number}",
                )  # fmt: skip
            time.sleep(0.01)


@pytest.fixture(scope="module")
def killed(selected, tmp_path_factory):  # noqa: F811  The fixture, not the import.
    """Kill after kill of processes that charge; returns the replay, which has finished, and what was killed."""
    change_flag(name=FLAG, change=FlagChange(share_bps=5_000), actor="test")
    logs, chance, port = tmp_path_factory.mktemp("killed"), Random(SEED), free_port()
    with ExitStack() as stack:
        mortals = []
        for made in (lambda: Replay(logs, rows=ROWS), lambda: Web(logs, port=port), lambda: Worker(logs)):
            mortals.append(made())
            stack.callback(mortals[-1].ended)
        with Load(port):
            turns = [chance.sample(mortals, len(mortals)) for _ in range(KILLS)]
            victims = [mortal for turn in turns for mortal in turn][:KILLS]
            kills = [victim.killed(chance) for victim in victims]
        replay = mortals[0]
        replay.finish()
    until(lambda: rows(OTHERS) == [(0,)])
    return replay, kills


class TestKilledProcesses:
    def test_leave_every_charge_with_its_evidence_and_all_evidence_with_its_charge(self, killed, capsys):
        charges = dict(
            rows(
                "SELECT priced_by, count(*) FROM billing_credittransaction "
                "WHERE transaction_type = 'deduction' GROUP BY 1"
            )
        )
        assert set(charges) == {"control", "candidate"}
        assert unpaired() == []
        with capsys.disabled():
            print(  # noqa: T201  The figures are what a soak is for.
                f"\n{len(killed[1])} kills {dict(Counter(killed[1]))} while charging (seed {SEED}): "
                f"{sum(charges.values()):,} charges {charges}, {comparisons():,} comparisons, 0 without the other"
            )

    def test_leave_every_balance_the_sum_of_its_entries(self, killed):
        assert rows(WRONG_BALANCES) == []
        assert rows(WITHOUT_ONE_USAGE_LOG) == []

    def test_leave_every_row_of_the_replay_charged_once(self, killed):
        replay, _ = killed
        models = AIModelConfig.objects.filter(model_type="image", is_active=True).values_list("model_name", flat=True)
        per_run = [str(n) for n in range(ROWS)] + [f"{n}:{model}" for n in range(9, ROWS, 10) for model in models]
        expected = [f"replay:killed-{run}:{row}" for run in range(1, replay.runs + 1) for row in per_run]
        charged = CreditTransaction.objects.filter(operation_id__startswith="replay:")
        assert sorted(charged.values_list("operation_id", flat=True)) == sorted(expected)


class TestEvidenceApart:
    """The twin: where the evidence is not of the charge's transaction, a kill between the two is found."""

    @pytest.mark.parametrize(("order", "found"), [("first", (None, 1)), ("last", (1, None))])
    def test_is_found_without_the_other(self, killed, tmp_path, order, found):
        operation_id = f"apart:{order}"
        log = tmp_path / "log"
        with process("tests.race.charging_apart", order, operation_id, log=log) as started:
            assert started.wait(PATIENCE_SECONDS) == -signal.SIGKILL, log.read_text()
        assert (operation_id, *found) in unpaired()


def comparisons():
    sql = "SELECT count(*) FROM migration_harness_comparison WHERE seam = ANY (%s)"
    return rows(sql, [seam.name for seam in seams if seam.money])[0][0]
