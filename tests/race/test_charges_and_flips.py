"""After a rollback returned, no charge priced by the candidate commits: shown from the tables alone."""

import threading

import pytest
from django.db import connection, connections

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services import charging as charging_service
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.control import locks
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.models import AuditEvent
from migration_harness.seams import charge
from migration_harness.trail import audit
from tests.acceptance.conftest import committed_demo, selected  # noqa: F401  The demo, committed.
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

FLAG = "model-based-credits"
CONNECTIONS = 8
FLIPS = 20

# A rollback has returned after its audit event: no later commit may carry the candidate's price while the
# newest flip that committed before it took the candidate away.
VIOLATIONS = """
SELECT count(*) FROM billing_credittransaction t
WHERE t.priced_by = 'candidate'
  AND (SELECT e.after ->> 'everyone' FROM migration_harness_auditevent e
       WHERE e.subject = 'model-based-credits' AND e.after ? 'everyone'
         AND pg_xact_commit_timestamp(e.xmin) < pg_xact_commit_timestamp(t.xmin)
       ORDER BY pg_xact_commit_timestamp(e.xmin) DESC LIMIT 1) = 'false'
"""


def violations():
    with connection.cursor() as cursor:
        cursor.execute(VIOLATIONS)
        return cursor.fetchone()[0]


class Chargers:
    """Threads that charge without a pause, each on a connection and an account of its own."""

    def __init__(self):
        self.stop = threading.Event()
        self.errors = []
        self.accounts = list(Account.objects.order_by("pk")[:CONNECTIONS])
        self.threads = [threading.Thread(target=self.run, args=(a,)) for a in self.accounts]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)
        assert not any(thread.is_alive() for thread in self.threads)

    def run(self, account):
        number = 0
        try:
            while not self.stop.is_set():
                number += 1
                CreditService.deduct_credits_for_operation(
                    account=account, operation_type="clustering", model="gpt-5.1",
                    usage=Usage(tokens_input=2_000, tokens_output=760),
                    operation_id=f"race:{id(self)}:{account.pk}:{number}",
                )  # fmt: skip
        except Exception as error:  # noqa: BLE001  The test asserts that there is none.
            self.errors.append(error)
        finally:
            connections.close_all()


def candidate_charges():
    return CreditTransaction.objects.filter(priced_by="candidate").count()


def flip_while_charging(times):
    """Switch everyone on and roll back, again and again; each time some charge has to notice."""
    with Chargers() as chargers:
        for _ in range(times):
            before = candidate_charges()
            change_flag(name=FLAG, change=FlagChange(everyone=True), actor="racer")
            while candidate_charges() == before and not chargers.errors:
                pass
            roll_back(name=FLAG, actor="racer")
    return chargers.errors


class TestChargesAndFlips:
    def test_leave_no_charge_of_the_candidate_after_a_rollback(self):
        errors = flip_while_charging(FLIPS)
        assert errors == []
        assert candidate_charges() >= FLIPS
        assert violations() == 0
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.parametrize("way", ["settled in one statement", "in an open transaction"])
    def test_violate_it_without_the_lock(self, monkeypatch, way):
        """The twin: a charge that trusts its process's snapshot commits the candidate's price too late."""
        priced, flipped = threading.Barrier(2), threading.Event()
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="racer")
        stale = load_snapshot()
        monkeypatch.setattr(charge, "newest_snapshot", lambda: stale)
        monkeypatch.setattr(charge, "confirmed_snapshot", lambda **_: stale)
        monkeypatch.setattr(Snapshot, "confirming", lambda *_: "{}")
        account = Account.objects.order_by("pk").first()
        operation_id = f"race:twin:{way}"

        def pause():
            priced.wait(PATIENCE_SECONDS)
            flipped.wait(PATIENCE_SECONDS)

        def slow():
            deduct = CreditService.deduct_credits_for_operation
            arguments = {
                "account": account, "operation_type": "clustering", "model": "gpt-5.1",
                "usage": Usage(tokens_input=2_000, tokens_output=760), "operation_id": operation_id,
            }  # fmt: skip
            try:
                if way == "in an open transaction":
                    with charge.charge(operation_id=operation_id):
                        pause()
                        deduct(**arguments)
                else:
                    post = charging_service.post
                    monkeypatch.setattr(charging_service, "post", lambda *a, **k: (pause(), post(*a, **k))[1])
                    deduct(**arguments)
            finally:
                connections.close_all()

        before = violations()
        charging = threading.Thread(target=slow)
        charging.start()
        priced.wait(PATIENCE_SECONDS)
        roll_back(name=FLAG, actor="racer")
        flipped.set()
        charging.join(PATIENCE_SECONDS)
        assert violations() - before == 1

    def test_wait_for_a_charge_that_has_begun_and_end_one_that_hangs(self):
        begun, release = threading.Event(), threading.Event()
        account = Account.objects.order_by("pk").last()
        failed = []

        def hang():
            try:
                with charge.charge(operation_id="race:hang"):
                    begun.set()
                    release.wait(PATIENCE_SECONDS)
                    Account.objects.get(pk=account.pk)
            except Exception as error:  # noqa: BLE001  Its connection was ended under it.
                failed.append(error)
            finally:
                connections.close_all()

        hanging = threading.Thread(target=hang)
        hanging.start()
        begun.wait(PATIENCE_SECONDS)
        flip = change_flag(name=FLAG, change=FlagChange(share_bps=100), actor="racer")
        release.set()
        hanging.join(PATIENCE_SECONDS)
        assert flip.changed
        assert len(failed) == 1


class TestLockOrder:
    def test_lets_flips_charges_and_audits_run_together_without_a_deadlock(self):
        """Flag, counter, account, audit: everybody in this order, so nobody waits in a circle."""
        errors = []

        def flip(share):
            try:
                for n in range(10):
                    change_flag(name=FLAG, change=FlagChange(share_bps=share + n), actor="stress")
            except Exception as error:  # noqa: BLE001
                errors.append(error)
            finally:
                connections.close_all()

        with Chargers() as chargers:
            flippers = [threading.Thread(target=flip, args=(share,)) for share in (100, 200, 300)]
            for thread in flippers:
                thread.start()
            for thread in flippers:
                thread.join(PATIENCE_SECONDS)
        assert (errors, chargers.errors) == ([], [])
        assert audit.verify() == AuditEvent.objects.count()

    def test_has_one_number_for_the_flags_lock(self):
        from pathlib import Path

        for name in ("charges.sql", "evidence.sql"):
            sql = (Path(locks.__file__).parents[1] / "sql" / name).read_text()
            assert f"pg_advisory_xact_lock_shared({locks.FLAG_LOCK}," in sql
