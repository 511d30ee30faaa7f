"""Notices arrive, once each, whatever the receiver does meanwhile."""

from datetime import UTC, datetime

import pytest
from freezegun import freeze_time

from migration_harness.api import verify_webhook
from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices import delivering, lanes
from tests import receiver as receivers_of_tests
from tests.receiver import SECRET, Receiver, hangs_in_the_body, hangs_up, says, says_nothing, status
from tests.trial_flag import FLAG

from .conftest import beat, deliveries

BAD = {
    "answers 500": (status(500), "answered 500"),
    "answers 404": (status(404), "answered 404"),
    "answers 410": (status(410), "answered 410"),
    "redirects": (status(302, Location="/elsewhere"), "answered 302, and redirects are not followed"),
    "redirects for good": (
        status(308, Location="https://example.com/"),
        "answered 308, and redirects are not followed",
    ),
    "hangs up": (hangs_up, "Server disconnected without sending a response."),
    "speaks no HTTP": (receivers_of_tests.speaks_no_http, ""),
    "says nothing": (says_nothing, "no answer within 1 s"),
}
"""What a receiver may do instead of taking a notice, and what is said of it."""


class TestANotice:
    def test_arrives_signed_and_once(self, by_webhook, told):
        told(step="5 %")
        for _ in range(3):
            beat()
        (came,) = by_webhook.came
        notice = Notice.objects.get()
        assert verify_webhook(secret=SECRET, headers=came.headers, body=came.body) == str(notice.key)
        assert came.content == {
            "type": "rolled_back",
            "timestamp": notice.at.isoformat(),
            "data": {
                "subject": FLAG,
                "sentence": "It was rolled back.",
                "details": {"step": "5 %"},
            },
        }
        assert came.headers["content-type"] == "application/json"
        assert deliveries() == [("webhook", "", "delivered", 1)]

    @pytest.mark.parametrize("name", BAD)
    def test_arrives_once_when_the_receiver_is_back(self, by_webhook, told, name):
        behaviour, why = BAD[name]
        by_webhook.does(behaviour)
        told()
        for _ in range(2):
            beat()
        delivery = NoticeDelivery.objects.get()
        assert (delivery.state, delivery.attempts, why in delivery.answer) == ("waiting", 2, True), delivery.answer
        tried = len(by_webhook.came)
        by_webhook.does(status(200))
        for _ in range(3):
            beat()
        assert deliveries() == [("webhook", "", "delivered", 3)]
        assert len(by_webhook.came) == tried + 1
        # One id for all attempts: what had come although it was not answered is dropped by it.
        assert set(by_webhook.keys) == {str(Notice.objects.get().key)}
        assert {each.path for each in by_webhook.came} == {"/hooks/0123-as-good-as-a-password"}

    def test_arrives_when_a_receiver_that_was_down_is_up(self, db, say, told):
        with Receiver() as gone:
            say(url=gone.url)
        told()
        beat()
        assert deliveries() == [("webhook", "", "waiting", 1)]
        with Receiver() as back:
            say(url=back.url)
            beat()
            assert len(back.came) == 1
        assert deliveries() == [("webhook", "", "delivered", 2)]

    @pytest.mark.parametrize("behaviour", [hangs_in_the_body, receivers_of_tests.endless_body, says(b"x" * 10**6)])
    def test_has_arrived_where_the_status_says_so_whatever_comes_then(self, by_webhook, told, behaviour):
        by_webhook.does(behaviour)
        told()
        beat()
        assert deliveries() == [("webhook", "", "delivered", 1)]

    def test_is_not_tried_before_its_pause_is_over(self, by_webhook, told):
        by_webhook.does(status(500))
        told()
        for _ in range(3):
            lanes.deliver_all()
        assert (len(by_webhook.came), deliveries()) == (1, [("webhook", "", "waiting", 1)])

    def test_has_the_same_bytes_at_each_attempt_and_a_time_of_its_own(self, by_webhook, told, freezer_times):
        by_webhook.does(status(500))
        told(b=1, a="ä")
        for _ in range(2):
            next(freezer_times)
            beat()
        first, second = by_webhook.came
        assert first.body == second.body
        assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 60
        for each, seconds in ((first, 0), (second, 60)):
            now = freezer_times.begin + seconds
            assert verify_webhook(secret=SECRET, headers=each.headers, body=each.body, now=now)

    def test_is_signed_by_the_old_secret_too_while_one_is_replaced(self, by_webhook, told, say):
        new = "whsec_" + "A" * 40
        say(url=by_webhook.url, secret=[new, SECRET])
        told()
        beat()
        (came,) = by_webhook.came
        for secret in (new, SECRET):
            assert verify_webhook(secret=secret, headers=came.headers, body=came.body)

    def test_of_before_the_webhook_was_set_is_not_sent_to_it(self, db, say, told, receiver):
        say()
        told()
        beat()
        say(url=receiver.url)
        beat()
        assert (receiver.came, deliveries()) == ([], [])

    def test_waits_while_the_settings_are_wrong(self, by_webhook, say, told):
        say(url="ftp://example.com/")
        told()
        with pytest.raises(Exception, match="confirm_url|url"):
            lanes.deliver_all()
        say(url=by_webhook.url)
        beat()
        assert len(by_webhook.came) == 1


@pytest.fixture
def freezer_times():
    """Minutes that go by with each ``next``."""

    class Times:
        begin = 1_790_000_000

        def __init__(self):
            self._minutes = 0

        def __next__(self):
            frozen.move_to(datetime.fromtimestamp(self.begin + 60 * self._minutes, UTC))
            self._minutes += 1

    with freeze_time(datetime.fromtimestamp(Times.begin, UTC)) as frozen:
        yield Times()


class TestPauses:
    def test_grow_to_a_bound_and_differ(self):
        means = [[delivering.pause_seconds(attempts) for _ in range(50)] for attempts in (1, 2, 3, 8, 1_000)]
        bounds = (5, 10, 20, 600, 600)
        assert all(most / 2 <= min(each) <= max(each) <= most for each, most in zip(means, bounds, strict=True))
        assert all(len(set(each)) > 1 for each in means)


class TestWhatIsLogged:
    def test_has_neither_the_secret_nor_the_path(self, by_webhook, told, harness, caplog):
        caplog.set_level("DEBUG")
        told()
        by_webhook.does(status(500))
        beat()
        by_webhook.does(status(200))
        beat()
        shown = "".join([caplog.text, *harness("notices", "--json")[1:]])
        assert "harness.notice_not_delivered" in shown
        assert (SECRET in shown, "as-good-as-a-password" in shown) == (False, False)
