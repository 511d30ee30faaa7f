"""A charge is one statement, outside a test's own transaction, as in production."""

import threading

import pytest
import structlog
from django.db import DataError, OperationalError, connection, connections, transaction

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import OperationConflict
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.posting import Operation, post
from igny8_core.seed import DEMO_CREDITS
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison
from migration_harness.seams.charge import settle
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at
from tests.waiting import PATIENCE_SECONDS, somebody_waits_for_a_lock, until

from .charging import FLAG, USAGE, Broken, balance, deduct


@pytest.mark.django_db(transaction=True)
class TestTransaction:
    """Outside a test's own transaction, as in production."""

    def test_keeps_charge_and_result_together_when_the_result_cannot_be_saved(self, account):
        def fail(receipt):
            raise Broken

        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            with pytest.raises(Broken):
                deduct(account, save=fail)
            assert (balance(account), Comparison.objects.count()) == (DEMO_CREDITS, 0)
            deduct(account, save=lambda receipt: Account.objects.filter(pk=account.pk).update(name="saved"))
        row = Account.objects.get(pk=account.pk)
        assert (row.name, row.credits, Comparison.objects.count()) == ("saved", DEMO_CREDITS - 19, 1)

    def test_is_the_callers_where_one_is_open(self, account):
        with pytest.raises(Broken), transaction.atomic():
            deduct(account)
            raise Broken
        assert balance(account) == DEMO_CREDITS

    @pytest.mark.parametrize("save", [None, lambda receipt: None], ids=["alone", "with a result"])
    def test_survives_the_loss_of_the_evidence(self, account, save):
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE migration_harness_comparison ADD CONSTRAINT nothing CHECK (seam = '') NOT VALID"
            )
        try:
            with fixed_flags(flag_at(FLAG, Stage.LIVE)), structlog.testing.capture_logs() as events:
                receipt = deduct(account, save=save)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE migration_harness_comparison DROP CONSTRAINT nothing")
        assert (receipt.credits, balance(account)) == (19, DEMO_CREDITS - 19)
        assert [event["event"] for event in events] == ["harness.evidence_lost"]

    @pytest.mark.legacy
    def test_is_made_where_a_pooler_has_changed_the_connection(self, account):
        """What was prepared on one server connection is unknown on the next: nothing was done, it is sent whole."""
        deduct(account)
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        receipts = [deduct(account, operation_id=f"op{n}") for n in range(2)]
        assert [receipt.balance_after for receipt in receipts] == [DEMO_CREDITS - 38, DEMO_CREDITS - 57]

    @pytest.mark.legacy
    def test_on_a_connection_that_is_gone_says_so_and_the_next_is_made(self, account):
        deduct(account)
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        other.close()
        with pytest.raises(OperationalError):
            deduct(account, operation_id="lost")
        connection.close()
        assert deduct(account, operation_id="lost").balance_after == DEMO_CREDITS - 38

    def test_names_what_the_database_refuses(self, account):
        with pytest.raises(OperationConflict):
            deduct(account)
            deduct(Account.objects.exclude(pk=account.pk).first())

    @pytest.mark.parametrize("name", ["operation_id", "operation_type", "model"])
    def test_is_not_made_by_a_text_that_would_be_cut(self, account, name):
        before = balance(account)
        cut = Operation(
            **{"account": account, "operation_id": "op", "operation_type": "clustering", "model": "gpt-5.1"}
            | {name: "gpt-5.1\x00mini"},
            usage=USAGE,
        )
        with pytest.raises(DataError, match="NUL"):
            settle(
                operation_id="op",
                price=lambda: 1,
                write=lambda made, cost: post(
                    made, cut, credits=cost, basis=lambda _: {}, database=connection, bounded=True
                ),
            )
        assert balance(account) == before
        assert not CreditTransaction.objects.filter(transaction_type="deduction").exists()

    def test_is_refused_inside_a_side_that_does_not_answer(self, account, own_seams):
        seam = Seam(
            name="trial",
            flag=FLAG,
            control=lambda *, account: 1,
            candidate=lambda *, account: deduct(account).credits,
            subject=lambda *, account: account.pk,
        )
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            assert seam(account=account) == 1
        assert balance(account) == DEMO_CREDITS
        recorder.buffer.flush()
        assert Comparison.objects.get(seam="trial").verdict == "blocked"


@pytest.mark.django_db(transaction=True)
class TestStaleProcess:
    """A process that has not heard of a flip asks the price again; nothing is charged by the old flags."""

    @pytest.fixture(autouse=True)
    def _selected(self, selected):
        """Everyone is in the cohort of the flag that this one requires."""

    @pytest.mark.parametrize(("everyone", "credits"), [(True, 3), (False, 19)], ids=["forward", "back"])
    def test_prices_again_by_the_flags_as_they_are(self, account, everyone, credits, monkeypatch):
        from migration_harness.deciding import source
        from migration_harness.deciding.flags import load_snapshot
        from migration_harness.seams.fixed import FixedSource

        change_flag(name=FLAG, change=FlagChange(everyone=not everyone), actor="test")
        monkeypatch.setattr(source, "_source", FixedSource(load_snapshot()))
        change_flag(name=FLAG, change=FlagChange(everyone=everyone), actor="test")
        assert deduct(account).credits == credits
        assert Comparison.objects.count() == 1

    def test_waits_for_a_flip_that_is_under_way(self, account):
        """The flip holds its lock until it commits: the charge that comes meanwhile is priced after it."""
        locked, release, receipts = threading.Event(), threading.Event(), []

        def flip():
            change_flag(
                name=FLAG,
                change=FlagChange(everyone=True),
                actor="test",
                before_flip=lambda: (locked.set(), release.wait(PATIENCE_SECONDS)),
            )
            connections.close_all()

        def charge():
            receipts.append(deduct(account))
            connections.close_all()

        flipping, charging = threading.Thread(target=flip), threading.Thread(target=charge)
        flipping.start()
        locked.wait(PATIENCE_SECONDS)
        charging.start()
        until(somebody_waits_for_a_lock)
        assert charging.is_alive()
        release.set()
        flipping.join(PATIENCE_SECONDS)
        charging.join(PATIENCE_SECONDS)
        assert [receipt.credits for receipt in receipts] == [3]
