"""A flip reaches a worker that was already running; a rollback takes it back."""

import pytest
import waffle
from celery import current_app
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction
from igny8_core.business.billing.tasks import deduct_credits_for_operation
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.source import source
from migration_harness.models import AuditEvent, Flag, Notice, NoticeDelivery
from migration_harness.rollout.notices.outbox import NoticeKind, tell
from migration_harness.tasks import deliver_notices
from tests.receiver import SECRET, Receiver, says_nothing, status

from .conftest import process, until

FLAG = "model-based-credits"
LEGACY, NEW, WRONG = 19, 3, 28
"""Credits of clustering 2,760 tokens: by the tariff, on gpt-5.1, and there at a tenth of the tokens for a credit."""


def change(**fields):
    change_flag(name=FLAG, change=FlagChange(**fields), actor="tester")
    has_reached_everybody()


def has_reached_everybody():
    """Wait until every process has the newest epoch."""
    until(lambda: all(member.behind == 0 for member in queries.fleet() if member.is_live))


class Worker:
    """A Celery worker of two processes, running for the whole module."""

    def __init__(self, log):
        self.log = log
        self.count = 0

    def charge(self, *accounts):
        """Let it charge the same operation to each account; returns the credits."""
        ids = []
        for account in accounts:
            self.count += 1
            ids.append(f"worker:{self.count}")
            deduct_credits_for_operation.delay(
                account_id=account.pk, operation_type="clustering", model="gpt-5.1",
                tokens_input=2_000, tokens_output=760, operation_id=ids[-1],
            )  # fmt: skip
        rows = CreditTransaction.objects.filter(operation_id__in=ids)
        until(lambda: rows.count() == len(ids))
        by_id = dict(rows.values_list("operation_id", "amount"))
        return [-by_id[i] for i in ids]


@pytest.fixture(scope="module")
def receiver():
    """Whoever the worker tells what happens to flags."""
    with Receiver() as receiver, pytest.MonkeyPatch.context() as environment:
        environment.setenv("HARNESS_WEBHOOK_URL", receiver.url)
        environment.setenv("HARNESS_WEBHOOK_SECRET", SECRET)
        yield receiver


@pytest.fixture(scope="module")
def worker(selected, receiver, tmp_path_factory):
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with process("celery", "-A", "igny8_core", "worker", "--concurrency", "2", log=log) as started:
        until(lambda: started.poll() is not None or current_app.control.ping(timeout=0.5, limit=1))
        assert started.poll() is None, log.read_text()[-2_000:]
        yield Worker(log)


@pytest.fixture
def wrong_rate():
    """The rate of a model in the database is not the one that was signed."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_aimodelconfig SET tokens_per_credit = 100 WHERE model_name = 'gpt-5.1'")
    yield
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=1_000)


class TestRunningWorker:
    def active(self, account):
        """Return waffle's answer to a request of this account."""
        request = RequestFactory().get("/")
        request.user = User(account_id=account.pk) if account else AnonymousUser()
        return waffle.flag_is_active(request, FLAG)

    def test_charges_one_included_account_the_new_price_and_rolls_back(self, worker):
        one, other = Account.objects.order_by("pk")[:2]
        assert worker.charge(one, other) == [LEGACY, LEGACY]

        change(account_id=str(one.pk), membership="on")
        assert worker.charge(one, other) == [NEW, LEGACY]
        assert (self.active(one), self.active(other), self.active(None)) == (True, False, False)

        roll_back(name=FLAG, actor="tester")
        has_reached_everybody()
        assert worker.charge(one, other) == [LEGACY, LEGACY]
        assert self.active(one) is False

        change(everyone=None)
        assert worker.charge(one, other) == [NEW, LEGACY]
        change(account_id=str(one.pk), membership="inherit")

    def test_charges_the_same_accounts_the_new_price_under_a_share(self, worker):
        accounts = list(Account.objects.order_by("pk"))
        ids = {str(a.pk) for a in accounts}
        # The salt is random: a share that has a quarter of these accounts, whatever it is.
        salt = load_snapshot().flags[FLAG].salt
        change(share_bps=sorted(bucket_of(each, salt=salt) for each in ids)[len(ids) // 4])
        cohort = queries.cohort_of(load_snapshot(), FLAG, ids)
        assert 0 < len(cohort) < len(accounts)
        expected = [NEW if str(a.pk) in cohort else LEGACY for a in accounts]
        assert worker.charge(*accounts) == expected
        assert worker.charge(*accounts) == expected
        assert [self.active(a) for a in accounts] == [price == NEW for price in expected]

    def test_charges_while_a_receiver_of_notices_hangs(self, worker, receiver):
        receiver.does(says_nothing)
        for number in range(2):
            tell(kind=NoticeKind.ROLLED_BACK, subject=FLAG, sentence=str(number), details={})
        # Each of the worker's two processes has one of them in hand.
        until(lambda: deliver_notices.delay() and len(set(receiver.keys)) == 2)
        before = len(receiver.keys)
        one = Account.objects.order_by("pk").first()
        assert len(worker.charge(one, one, one)) == 3
        waiting = NoticeDelivery.objects.filter(state="waiting")
        assert (waiting.count(), len(receiver.keys)) == (2, before)

        receiver.does(status(204))
        receiver.release()
        until(lambda: waiting.filter(claimed_until=None).count() == 2)
        waiting.update(next_at=timezone.now())
        until(lambda: deliver_notices.delay() and not waiting.exists())
        keys = [str(key) for key in Notice.objects.values_list("key", flat=True)]
        assert sorted(receiver.keys[before:]) == sorted(keys)

    def test_rolls_back_by_itself_when_it_has_charged_a_wrong_price(self, worker, wrong_rate):
        one, other = Account.objects.order_by("pk")[:2]
        change(everyone=None, share_bps=0, account_id=str(one.pk), membership="on")
        # The worker remembers rates for a moment.
        until(lambda: worker.charge(one) == [WRONG])
        until(lambda: Flag.objects.get(name=FLAG).everyone is False)
        has_reached_everybody()
        assert worker.charge(one, other) == [LEGACY, LEGACY]
        (event,) = AuditEvent.objects.filter(subject=FLAG, actor="harness")
        assert (event.action, event.evidence["because"]["account_id"]) == ("roll back", str(one.pk))
        until(lambda: "harness.rolled_back_by_itself" in worker.log.read_text())
        change(everyone=None, account_id=str(one.pk), membership="inherit")

    def test_writes_no_key_into_its_log(self, worker):
        text = worker.log.read_text()
        assert text
        assert not any(key in text for key in (*DEMO_KEYS.values(), SECRET, "as-good-as-a-password"))

    def test_shows_this_process_the_same_flags(self, worker):
        assert until(lambda: source().newest().epoch == load_snapshot().epoch)
