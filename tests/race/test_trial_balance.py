"""The trial balance beside everything else: it misses nothing that commits late, and accuses nobody."""

import threading
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService, TransactionType
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import FlipHeldUp, TrialBalanceBusy
from migration_harness.models import Flag, TrialBlock, TrialFault, TrialGap, TrialPass
from migration_harness.money.healing import heal
from migration_harness.money.ledger import Scope
from migration_harness.money.survey import survey
from migration_harness.money.trial_balance import check, check_all, checking, passes, standing
from migration_harness.money.trial_balance.turns import turn
from migration_harness.rollout.starting import Wish, prepare, start
from migration_harness.tasks import check_books, look_at_rollouts
from tests.acceptance.conftest import committed_demo, selected  # noqa: F401  The demo, committed.
from tests.integration.healing_parts import cluster, draw, misprice
from tests.integration.money.bookkeeping import LEDGER, TRAIL, USAGE, tamper
from tests.waiting import PATIENCE_SECONDS, until

from .log.committing import connect

pytestmark = [pytest.mark.usefixtures("selected")]

FLAG = "model-based-credits"
_ENTER = """
WITH paid AS (
    SELECT id, credits FROM igny8_auth_account WHERE id = %(account)s FOR NO KEY UPDATE
), entered AS (
    INSERT INTO billing_credittransaction
        (account_id, transaction_type, amount, balance_after, description, metadata, reference_id, created_at)
    SELECT id, %(kind)s, %(amount)s, credits + %(amount)s, '', '{}', '', now() FROM paid RETURNING id
)
SELECT id FROM entered
"""


@pytest.fixture(autouse=True)
def _committed(django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def accounts():
    return list(Account.objects.order_by("pk"))


@pytest.fixture
def caught_up(accounts):
    """Books with some traffic in them that were checked to their end, and are true."""
    for number, account in enumerate(accounts[:4]):
        cluster(account, 5_000, operation_id=f"before:{TrialFault.objects.count()}:{account.pk}:{_newest()}:{number}")
    assert until(lambda: check_all().finding.answer is Answer.OPEN)
    return accounts


@pytest.fixture
def _no_rounds(monkeypatch):
    """Old rows come round no more: only what somebody has changed is looked for."""
    monkeypatch.setattr(checking, "ROLLING", ())


def _newest():
    return CreditTransaction.objects.latest("id").pk


@contextmanager
def entering(account, *, amount=5, kind="purchase"):
    """Give a connection with an entry of an account that has not committed yet, and the entry's id."""
    with connect() as other:
        asked = {"account": account.pk, "amount": amount, "kind": kind}
        yield other, other.execute(_ENTER, asked).fetchone()[0]


def _gaps_are_gone():
    check()
    return not TrialGap.objects.exists()


def _tell_the_counts():
    """Let the server know at once what this session has counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")


def _named(law):
    return list(TrialFault.objects.filter(law=law, resolved_at=None).values_list("rows", flat=True))


class TestLateCommit:
    def test_is_taken_in_when_it_comes(self, caught_up):
        with entering(caught_up[0]) as (other, late):
            cluster(caught_up[1], 5_000, operation_id=f"beside {late}")
            assert check().finding.answer is Answer.OPEN
            assert TrialGap.objects.filter(first_id__lte=late, last_id__gte=late).exists()
            other.commit()
        assert check().finding.answer is Answer.OPEN
        until(_gaps_are_gone)
        (block,) = TrialBlock.objects.filter(book="entries", first_id=late // 400 * 400)
        assert block.digests[late % 400] is not None

    def test_is_held_to_the_laws(self, caught_up):
        with entering(caught_up[0], amount=-5, kind="deduction") as (other, late):
            cluster(caught_up[1], 5_000, operation_id=f"beside {late}")
            check()
            other.commit()
        assert check().finding.answer is Answer.CLOSED
        assert _named("usage") == [[late]]
        tamper(
            USAGE,
            f"INSERT INTO {USAGE} (account_id, operation_type, credits_used, model_used, tokens_input, "
            "tokens_output, related_object_type, related_object_id, transaction_id, metadata, created_at) "
            "VALUES (%s, 'clustering', 5, '', 0, 0, '', '', %s, '{}', now())",
            caught_up[0].pk,
            late,
        )
        assert check().finding.answer is not Answer.CLOSED

    def test_that_never_comes_is_forgotten(self, caught_up):
        with entering(caught_up[0]) as (other, late):
            cluster(caught_up[1], 5_000, operation_id=f"beside {late}")
            check()
            other.rollback()
        until(_gaps_are_gone)
        assert check_all().finding.answer is Answer.OPEN


class TestOldRow:
    """Far below what is new, where only the server's own count tells that somebody was there."""

    @pytest.fixture
    def old(self, caught_up):
        return CreditTransaction.objects.filter(transaction_type=TransactionType.DEDUCTION).order_by("id").first()

    @pytest.mark.usefixtures("_no_rounds")
    @pytest.mark.parametrize(
        ("change", "back"),
        [
            ("UPDATE {table} SET reference_id = reference_id || 'x' WHERE id = %s",
             "UPDATE {table} SET reference_id = left(reference_id, -1) WHERE id = %s"),
            ("UPDATE {table} SET amount = amount - 1 WHERE id = %s",
             "UPDATE {table} SET amount = amount + 1 WHERE id = %s"),
        ],
        ids=["in what no law sees", "in its amount"],
    )  # fmt: skip
    def test_that_is_changed_is_named_by_the_next_tick(self, old, change, back):
        tamper(LEDGER, change.format(table=LEDGER), old.pk)
        _tell_the_counts()
        assert check().finding.answer is Answer.CLOSED
        assert _named("unchanged") == [[old.pk]]
        tamper(LEDGER, back.format(table=LEDGER), old.pk)
        assert check().finding.answer is not Answer.CLOSED

    @pytest.mark.usefixtures("_no_rounds")
    def test_that_is_changed_rolls_back_what_is_rolled_out(self, old):
        """By the guard that really watches, at the next look after the next tick: beat has both within a minute."""
        started = start(prepare(flag=FLAG, wish=Wish(shares_bps=(10_000,), sample=0)), actor="ada")
        assert (started.state, Flag.objects.get(name=FLAG).share_bps) == ("running", 10_000)
        change = "UPDATE {} SET reference_id = {} WHERE id = %s"
        tamper(LEDGER, change.format(LEDGER, "reference_id || 'x'"), old.pk)
        try:
            _tell_the_counts()
            check_books()
            look_at_rollouts()
            started.refresh_from_db()
            assert (started.state, Flag.objects.get(name=FLAG).everyone) == ("rolled_back", False)
            assert f"Entry {old.pk} of account {old.account_id} was changed" in started.sentence
            assert started.sentence.startswith("trial_balance: ")
        finally:
            tamper(LEDGER, change.format(LEDGER, "left(reference_id, -1)"), old.pk)
            change_flag(name=FLAG, change=FlagChange(everyone=None, share_bps=0), actor="tester")
            check()

    @pytest.mark.usefixtures("_no_rounds")
    def test_that_is_changed_is_not_named_without_the_count(self, old, monkeypatch):
        monkeypatch.setattr(checking, "listen", lambda _turn: None)
        tamper(LEDGER, f"UPDATE {LEDGER} SET reference_id = reference_id || 'x' WHERE id = %s", old.pk)
        assert check().finding.answer is Answer.OPEN
        tamper(LEDGER, f"UPDATE {LEDGER} SET reference_id = left(reference_id, -1) WHERE id = %s", old.pk)

    @pytest.mark.usefixtures("_no_rounds")
    def test_that_is_removed_is_named_by_the_next_tick(self, caught_up):
        with entering(caught_up[5]) as (other, entry):
            other.commit()
        check()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE kept_aside AS SELECT * FROM {LEDGER} WHERE id = %s", [entry])
        tamper(LEDGER, f"DELETE FROM {LEDGER} WHERE id = %s", entry)
        _tell_the_counts()
        check()
        assert _named("unchanged") == [[entry]]
        tamper(LEDGER, f"INSERT INTO {LEDGER} SELECT * FROM kept_aside")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE kept_aside")
        assert check_all().finding.answer is Answer.OPEN

    @pytest.mark.usefixtures("_no_rounds")
    def test_that_was_written_again_as_it_was_is_no_break(self, caught_up):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_filenode(%s)", [LEDGER])
            before = cursor.fetchone()
            # Rewrites each row, with a transaction of its own.
            cursor.execute(f"ALTER TABLE {LEDGER} ALTER COLUMN description TYPE varchar(300)")
            cursor.execute(f"ALTER TABLE {LEDGER} ALTER COLUMN description TYPE varchar(255)")
            cursor.execute("SELECT pg_relation_filenode(%s)", [LEDGER])
            assert cursor.fetchone() != before
        TrialPass.objects.filter(name="changed entries").update(rounds_due=1)
        assert check().finding.answer is Answer.OPEN

    @pytest.mark.usefixtures("_no_rounds")
    def test_on_a_server_that_has_counted_less_is_no_break_and_named_when_it_changes(self, old):
        TrialBlock.objects.update(xid=2**60)
        TrialGap.objects.create(book="entries", first_id=1, last_id=1, xid=2**60)
        TrialPass.objects.filter(name="changed entries").update(rounds_due=1)
        tamper(LEDGER, f"UPDATE {LEDGER} SET reference_id = reference_id || 'x' WHERE id = %s", old.pk)
        check()
        assert (_named("unchanged"), TrialGap.objects.exists()) == ([[old.pk]], False)
        tamper(LEDGER, f"UPDATE {LEDGER} SET reference_id = left(reference_id, -1) WHERE id = %s", old.pk)
        TrialPass.objects.filter(name="changed entries").update(rounds_due=1)
        check()
        assert _named("unchanged") == []
        assert not TrialBlock.objects.filter(book="entries", xid=2**60).exists()

    @pytest.mark.legacy
    def test_of_the_trail_that_is_changed_is_named_by_the_next_tick(self, caught_up):
        tamper(TRAIL, f"UPDATE {TRAIL} SET reason = reason || 'x' WHERE id = (SELECT min(id) FROM {TRAIL})")
        _tell_the_counts()
        assert check().finding.answer is Answer.CLOSED
        tamper(TRAIL, f"UPDATE {TRAIL} SET reason = left(reason, -1) WHERE id = (SELECT min(id) FROM {TRAIL})")
        assert check().finding.answer is Answer.OPEN


class TestTurn:
    def test_is_left_to_another_session_that_checks(self, caught_up, monkeypatch):
        before = standing()
        monkeypatch.setattr(checking, "_PATIENCE_SECONDS", 0)
        with connect() as other:
            other.execute("LOCK TABLE migration_harness_trialstate IN EXCLUSIVE MODE")
            assert check().checked_at == before.checked_at
            with pytest.raises(TrialBalanceBusy):
                check_all()

    def test_holds_up_no_charge_and_no_flip(self, caught_up):
        done = []

        def act():
            cluster(caught_up[0], 5_000, operation_id=f"beside a turn {_newest()}")
            change_flag(name=FLAG, change=FlagChange(share_bps=0, everyone=None), actor="test")
            done.append(True)
            connections.close_all()

        with turn(checking.books()) as here:
            for each in passes.ROLLING:
                each.go_on(here)
            thread = threading.Thread(target=act)
            thread.start()
            thread.join(PATIENCE_SECONDS)
        assert done == [True]

    def test_that_is_ended_leaves_nothing_half_done(self, caught_up, monkeypatch):
        cluster(caught_up[0], 5_000, operation_id=f"before the end {_newest()}")
        monkeypatch.setattr("migration_harness.money.trial_balance.blocks.take_in", _ended)
        with pytest.raises(psycopg.OperationalError):
            check()
        monkeypatch.undo()
        assert check().entries_to == _newest()
        assert check_all().finding.answer is Answer.OPEN


def _changed(change):
    try:
        return change_flag(name=FLAG, change=change, actor="test")
    except FlipHeldUp:
        return None


def _everything():
    return Scope(since=None, until=timezone.now())


def _ended(*_):
    raise psycopg.OperationalError("the connection was lost")


STAGES = [
    FlagChange(everyone=True, stage=Stage.LIVE),
    FlagChange(compared_bps=5_000),
    FlagChange(everyone=None, share_bps=5_000),
    FlagChange(compared_bps=10_000),
    FlagChange(stage=Stage.RAMPDOWN),
    FlagChange(stage=Stage.LIVE, everyone=True),
    FlagChange(stage=Stage.COMPLETE),
    FlagChange(everyone=False, stage=Stage.LIVE, baseline=Stage.OFF),
    FlagChange(baseline=Stage.SHADOW, everyone=None),
]


class TestHonestTraffic:
    def test_of_all_kinds_at_once_raises_nothing(self, caught_up):
        stop, errors, seen, healed = threading.Event(), [], [], []

        def repeatedly(act):
            def run():
                number = 0
                try:
                    while not stop.is_set():
                        number += 1
                        act(number)
                except Exception as error:  # noqa: BLE001  The test asserts that there is none.
                    errors.append(error)
                finally:
                    connections.close_all()

            return threading.Thread(target=run)

        one, other = caught_up[:2]
        mark = _newest()
        misprice()

        threads = [
            repeatedly(lambda n: cluster(one, 5_000, operation_id=f"a:{mark}:{n}")),
            repeatedly(lambda n: cluster(one, 9_000, operation_id=f"b:{mark}:{n // 2}")),
            repeatedly(lambda n: draw(other, "google:4@2", operation_id=f"c:{mark}:{n}")),
            repeatedly(
                lambda n: CreditService.add_credits(
                    account=one,
                    amount=100,
                    transaction_type=TransactionType.PURCHASE,
                    description="Credits",
                    operation_id=f"buy:{mark}:{n // 2}",
                )
            ),
            repeatedly(lambda _: healed.append(heal(survey(_everything()), actor="test"))),
            repeatedly(lambda _: seen.append(check(at_most_seconds=2.0))),
            repeatedly(lambda _: seen.append(check(at_most_seconds=0.1))),
        ]
        for thread in threads:
            thread.start()
        for change in STAGES:
            # A candidate that fails while it answers rolls the flag back by itself, perhaps at this moment.
            until(lambda change=change: _changed(change))
            passed = _newest()
            until(lambda passed=passed: _newest() > passed + 20 or errors)
        roll_back(name=FLAG, actor="test")
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert (errors, any(thread.is_alive() for thread in threads)) == ([], False)
        assert [each.broken for each in seen if each.broken] == []
        assert any(each.finding.answer is Answer.OPEN for each in seen)
        assert any(each.refunds.entries for each in healed)
        balance = check_all()
        assert (balance.finding.answer, balance.entries_to) == (Answer.OPEN, _newest())


class TestCost:
    """Rows that a tick reads, counted by the server."""

    def rows_read(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT sum(seq_tup_read), sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_all_tables "
                "WHERE relname IN (%s, %s)",
                [LEDGER, USAGE],
            )
            return cursor.fetchone()

    def cost_of_a_tick(self):
        scanned, read = self.rows_read()
        check()
        return tuple(int(after - before) for after, before in zip(self.rows_read(), (scanned, read), strict=True))

    def test_does_not_grow_with_the_table(self, caught_up, monkeypatch):
        monkeypatch.setattr(passes, "BLOCKS", 2)
        monkeypatch.setattr(passes, "PAGE", 4)
        costs = []
        for rows in (3_000, 12_000):
            tamper(
                LEDGER,
                f"INSERT INTO {LEDGER} (account_id, transaction_type, amount, balance_after, description, metadata, "
                "reference_id, created_at) SELECT id, 'adjustment', CASE WHEN n %% 2 = 1 THEN 1 ELSE -1 END, "
                "credits + n %% 2, '', '{}', '', now() FROM igny8_auth_account, generate_series(1, %s) n WHERE id = %s",
                rows,
                caught_up[7].pk,
            )
            # As the server does by itself, sooner or later: what it knows of the rows decides how it reads them.
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {LEDGER}, {USAGE}")
            assert until(lambda: check_all().finding.answer is Answer.OPEN)
            TrialPass.objects.update(position="")
            cluster(caught_up[0], 5_000, operation_id=f"one more {_newest()}")
            costs.append(self.cost_of_a_tick())
        (few_scanned, few), (many_scanned, many) = costs
        assert (few_scanned, many_scanned) == (0, 0)
        assert many <= few * 1.05
