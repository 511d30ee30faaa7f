"""Charges and control plane where a project's transactions are stricter than READ COMMITTED, whoever says so."""

import threading

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, connections, transaction
from psycopg import IsolationLevel

from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService, TransactionType
from igny8_core.seed import DEMO_CREDITS
from migration_harness.api import TransactionTooStrict, record_event
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.log.folding import fold_slice
from migration_harness.models import AuditEvent, Comparison
from migration_harness.testing import fixed_flags, flag_at
from migration_harness.trail import audit

from .charging import FLAG, balance
from .test_errors_of_a_charge import LEGACY, WAYS, alone, by_the_orm, in_a_transaction, with_a_result

pytestmark = pytest.mark.django_db(transaction=True)

NEW = 3
LEVELS = [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]


def words(level):
    return level.name.replace("_", " ")


@pytest.fixture(params=["the database", "an option of Django"])
def by(request):
    return request.param


@pytest.fixture(params=LEVELS, ids=words)
def strict(request, by):
    """Every transaction of the project is stricter than READ COMMITTED."""
    options, name = connection.settings_dict["OPTIONS"], connection.settings_dict["NAME"]
    if by == "the database":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = '{words(request.param)}'")
    else:
        options["isolation_level"] = request.param
    connection.close()
    yield request.param
    options.pop("isolation_level", None)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" RESET default_transaction_isolation')
    connection.close()


@pytest.fixture(params=LEVELS, ids=words)
def inside(request):
    """The caller's transaction is stricter, and has begun."""

    def enter():
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {words(request.param)}")
            cursor.execute("SELECT count(*) FROM billing_credittransaction")

    return enter


@pytest.mark.usefixtures("strict")
class TestWhereEveryTransactionIsStricter:
    @pytest.mark.parametrize(("stage", "price"), [(Stage.SHADOW, LEGACY), (Stage.LIVE, NEW)])
    @pytest.mark.parametrize("way", [alone, with_a_result, by_the_orm])
    def test_a_charge_is_made_with_its_evidence(self, account, way, stage, price):
        with fixed_flags(flag_at(FLAG, stage)):
            assert way(account) == price
        assert (balance(account), Comparison.objects.count()) == (DEMO_CREDITS - price, 1)

    @pytest.mark.parametrize("way", [alone, with_a_result, by_the_orm])
    def test_a_charge_that_waited_for_a_rollback_is_priced_after_it(self, account, selected, way):
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="test")
        locked, waits, charged = threading.Event(), threading.Event(), []

        def flip():
            change_flag(
                name=FLAG,
                change=FlagChange(everyone=False),
                actor="test",
                before_flip=lambda: (locked.set(), waits.wait(30)),
            )
            connections.close_all()

        def charge():
            charged.append(way(account))
            connections.close_all()

        threads = [threading.Thread(target=flip), threading.Thread(target=charge)]
        threads[0].start()
        locked.wait(30)
        threads[1].start()
        until_somebody_waits_for_an_advisory_lock()
        waits.set()
        for thread in threads:
            thread.join(30)
        assert charged == [LEGACY]

    def test_the_control_plane_works_and_the_trail_is_one_chain(self, account, selected):
        """Two at once, again and again: each waits for the other, and reads what it wrote."""
        errors = []

        def change(kind):
            try:
                for n in range(5):
                    if kind == "flip":
                        change_flag(name=FLAG, change=FlagChange(share_bps=n + 1), actor="test")
                    else:
                        record_event(actor="test", action="try", subject=kind, before={}, after={"n": n})
                roll_back(name=FLAG, actor="test")
                fold_slice()
            except Exception as error:  # noqa: BLE001  The test asserts that there is none.
                errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=change, args=(kind,)) for kind in ("flip", "one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert errors == []
        assert audit.verify() == AuditEvent.objects.count()

    def test_credits_are_added_once(self, account):
        errors = []

        def add(n):
            try:
                kind = TransactionType.PURCHASE
                CreditService.add_credits(
                    account=account, amount=5, transaction_type=kind, description="", operation_id="p"
                )
            except Exception as error:  # noqa: BLE001
                errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=add, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert (errors, balance(account)) == ([], DEMO_CREDITS + 5)

    def test_a_system_check_names_the_setting(self, by, strict):
        named = [each for each in run_checks(databases=["default"]) if each.id == "migration_harness.W001"]
        setting = 'OPTIONS["isolation_level"]' if by != "the database" else "default_transaction_isolation (database)"
        assert [(setting in each.msg, words(strict) in each.msg) for each in named] == [(True, True)]

    def test_a_charge_in_a_transaction_of_the_callers_is_refused(self, account):
        with fixed_flags(flag_at(FLAG, Stage.LIVE)), pytest.raises(TransactionTooStrict, match="READ COMMITTED"):
            in_a_transaction(account)
        assert balance(account) == DEMO_CREDITS


class TestInATransactionOfTheCallersThatIsStricter:
    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.usefixtures("selected")
    def test_a_charge_is_refused_and_says_what_to_do(self, account, inside, way):
        with transaction.atomic():
            inside()
            with pytest.raises(TransactionTooStrict, match="Open that transaction at READ COMMITTED"):
                way(account)
        assert (balance(account), Comparison.objects.count()) == (DEMO_CREDITS, 0)
        assert not CreditTransaction.objects.filter(operation_id="op").exists()

    @pytest.mark.parametrize("what", ["flip", "event"])
    def test_a_change_is_refused(self, selected, inside, what):
        before = AuditEvent.objects.count()
        with transaction.atomic():
            inside()
            with pytest.raises(TransactionTooStrict, match="Open that transaction at READ COMMITTED"):
                if what == "flip":
                    change_flag(name=FLAG, change=FlagChange(share_bps=77), actor="test")
                else:
                    record_event(actor="test", action="try", subject="", before={}, after={})
        assert AuditEvent.objects.count() == before

    def test_the_trail_cannot_fork_even_where_nobody_asks_for_the_level(self, selected, inside, monkeypatch):
        """Each event changes the one row of the head: the database refuses whoever has not seen the one before."""
        monkeypatch.setattr(audit, "STRICTER", ())

        def append():
            record_event(actor="test", action="try", subject="", before={}, after={})

        def append_elsewhere():
            append()
            connections.close_all()

        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            inside()
            other = threading.Thread(target=append_elsewhere)
            other.start()
            other.join(30)
            append()
        assert refused.value.__cause__.sqlstate == "40001"
        assert audit.verify() == AuditEvent.objects.count()


def until_somebody_waits_for_an_advisory_lock():
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits.")
