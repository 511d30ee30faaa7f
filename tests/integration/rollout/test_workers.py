"""Workers that deliver notices: side by side, two at once, and one that is killed."""

from threading import Thread

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices import delivering, lanes
from migration_harness.rollout.notices.receivers import receivers
from tests.receiver import says_nothing, status
from tests.waiting import PATIENCE_SECONDS, until

from .conftest import beat, deliveries


def others_in_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
class TestLanes:
    """As in production: threads of a worker's process, which the worker does not wait for."""

    @pytest.fixture(autouse=True)
    def _in_background(self, settings):
        settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
        yield
        lanes._wait_for_the_last()
        lanes._lanes.clear()

    def test_deliver_while_a_receiver_hangs(self, by_webhook, say, told):
        by_webhook.does(says_nothing)
        say(url=by_webhook.url, emails=["ada@example.com"], timeout_seconds=60)
        told()
        lanes.deliver_all()
        by_webhook.wait_for_one()
        # The task has returned, the mail is out, and the receiver has not answered yet.
        until(lambda: NoticeDelivery.objects.filter(channel="email", state="delivered").exists())
        assert NoticeDelivery.objects.get(channel="webhook").state == "waiting"
        until(lambda: others_in_a_transaction() == 0)
        told(subject="another")
        # A lane that is just ending leaves it to the next time.
        mails = NoticeDelivery.objects.filter(channel="email", state="delivered")
        until(lambda: lanes.deliver_all() or mails.count() == 2)
        by_webhook.does(status(200))
        by_webhook.release()
        hooks = NoticeDelivery.objects.filter(channel="webhook", state="delivered")
        until(lambda: beat() or hooks.count() == 2)
        # The first one was in hand when the receiver hung up, and came again under its id.
        assert len(set(by_webhook.keys)) == 2


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def at_once(self, receiver, act):
        """Have a second worker act while the first one waits for the receiver."""
        receiver.does(says_nothing)
        first = Thread(target=self._deliver)
        first.start()
        receiver.wait_for_one()
        receiver.does(status(200))
        act()
        receiver.release()
        first.join(PATIENCE_SECONDS)

    def _deliver(self):
        try:
            lanes.deliver_all()
        finally:
            connection.close()

    def test_send_one_notice_once(self, by_webhook, say, told):
        say(url=by_webhook.url, timeout_seconds=60)
        told()
        told(subject="another")
        self.at_once(by_webhook, self._deliver)
        assert sorted(by_webhook.keys) == sorted(str(each.key) for each in Notice.objects.all())

    def test_would_send_it_twice_without_the_claim(self, by_webhook, say, told, monkeypatch):
        monkeypatch.setattr(delivering, "_CLAIM_SECONDS", -3_600)
        say(url=by_webhook.url, timeout_seconds=60)
        told()
        self.at_once(by_webhook, self._deliver)
        assert len(by_webhook.keys) == 2

    def test_address_a_notice_once(self, say, told):
        say(emails=["a@example.com", "b@example.com"])
        for _ in range(5):
            told()
        workers = [Thread(target=self._deliver) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE_SECONDS)
        self._deliver()
        assert (NoticeDelivery.objects.count(), len(mail.outbox)) == (10, 10)


class TestAWorker:
    def test_that_is_killed_in_the_middle_leaves_it_to_the_next_when_its_claim_is_over(
        self, by_webhook, told, monkeypatch
    ):
        class Killed(BaseException):
            pass

        def die(*_, **__):
            raise Killed

        told()
        with monkeypatch.context() as dying, pytest.raises(Killed):
            dying.setattr(delivering, "send", die)
            lanes.deliver_all()
        beat()
        assert by_webhook.came == []
        NoticeDelivery.objects.update(claimed_until=timezone.now())
        beat()
        assert (len(by_webhook.came), deliveries()) == (1, [("webhook", "", "delivered", 2)])

    def test_that_comes_late_takes_nothing_back(self, by_webhook, told):
        told()
        by_webhook.does(status(500))
        told_ = receivers()
        lanes.address_notices(now=timezone.now())
        claimed = delivering._claimed("webhook", told_, now=timezone.now())
        NoticeDelivery.objects.update(state="delivered", delivered_at=timezone.now())
        assert delivering._attempt(claimed, told_) is False
        assert deliveries() == [("webhook", "", "delivered", 1)]
