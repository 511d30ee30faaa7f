"""The database restarts under load: everybody recovers by themselves, no charge is lost or doubled."""

import subprocess
import sys

import psycopg

from igny8_core.embedded.postgres import Postgres
from igny8_core.embedded.processes import wait_until
from tests.acceptance.test_make_run import (
    PROJECT,
    Service,
    bare,  # noqa: F401
    plain_environment,
    port,  # noqa: F401
    run_dir,  # noqa: F401
    service,  # noqa: F401
)
from tests.waiting import PATIENCE_SECONDS

ROWS = 300
TASK = """
from igny8_core.auth.models import Account
from igny8_core.business.billing.tasks import deduct_credits_for_operation
deduct_credits_for_operation.delay(account_id=Account.objects.order_by('pk').first().pk, operation_type='clustering',
    model='gpt-5.1', tokens_input=2000, tokens_output=760, operation_id='after the restart')
"""


def value(sql):
    """Return one value of the service's database, None while it is away."""
    try:
        return Postgres().query(sql)
    except psycopg.Error:
        return None


def manage(*arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


CHARGED = "SELECT count(*) FROM billing_credittransaction WHERE operation_id LIKE 'replay:restart:%'"
COMPARED = (
    "SELECT count(DISTINCT operation_id) FROM migration_harness_comparison "
    "WHERE run = 'restart' AND seam = 'credits.text'"
)
WRONG = (
    "SELECT count(*) FROM igny8_auth_account a WHERE credits <> opening_credits + "
    "(SELECT coalesce(sum(amount), 0) FROM billing_credittransaction t WHERE t.account_id = a.id)"
)


class TestDatabaseRestart:
    def test_during_a_replay_loses_and_doubles_nothing(self, service: Service, bare: dict[str, str]) -> None:  # noqa: F811
        service.start_and_wait(**bare)
        trace = "data/azure_llm_inference_conv_2023.csv"
        replay = manage("harness", "replay", trace, "--run", "restart", "--limit", str(ROWS))
        assert wait_until(lambda: (value(CHARGED) or 0) > ROWS // 10, wait_seconds=PATIENCE_SECONDS)

        crashed = Postgres()._program("pg_ctl", "restart", "-m", "immediate", "-w", "-l", "postgres.log")
        assert crashed.returncode == 0, crashed.stdout
        output = replay.communicate(timeout=120)[0]
        assert replay.returncode == 0, output

        assert (value(CHARGED), value(COMPARED), value(WRONG)) == (ROWS, ROWS, 0)
        assert wait_until(lambda: service.get("/healthz")[0] == 200, wait_seconds=PATIENCE_SECONDS)
        sent = manage("shell", "-v0", "-c", TASK)
        assert sent.wait(PATIENCE_SECONDS) == 0
        late = "SELECT count(*) FROM billing_credittransaction WHERE operation_id = 'after the restart'"
        assert wait_until(lambda: value(late) == 1, wait_seconds=PATIENCE_SECONDS)
        assert not service.ended(), service.output
