"""A notice that nobody takes for days is given up, and said loudly."""

import json
from datetime import timedelta

import pytest
import structlog
from django.utils import timezone

from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices import lanes
from tests.receiver import status

from .conftest import beat, deliveries


class TestGivingUp:
    @pytest.fixture
    def given_up(self, by_webhook, told):
        by_webhook.does(status(503))
        told()
        lanes.address_notices(now=timezone.now())
        NoticeDelivery.objects.update(give_up_at=timezone.now() - timedelta(seconds=1))
        with structlog.testing.capture_logs() as events:
            beat()
        return events

    def test_comes_after_days_and_is_said_loudly(self, given_up, by_webhook):
        assert deliveries() == [("webhook", "", "given_up", 1)]
        (event,) = given_up
        assert (event["event"], event["log_level"], event["why"]) == (
            "harness.notice_given_up",
            "error",
            "answered 503",
        )
        by_webhook.does(status(200))
        beat()
        assert len(by_webhook.came) == 1

    def test_is_undone_by_a_person(self, given_up, by_webhook, harness):
        by_webhook.does(status(200))
        number = Notice.objects.get().pk
        code, out, _ = harness("notices", "--retry", str(number), "--reason", "it is back", "--json")
        assert (code, json.loads(out)) == (0, {"number": number, "deliveries": 1})
        beat()
        assert deliveries() == [("webhook", "", "delivered", 2)]
        assert harness("notices", "--retry", str(number))[0] == 2

    def test_is_dropped_where_nobody_is_to_be_told_any_more(self, given_up, say, harness):
        say(emails=["ada@example.com"])
        harness("notices", "--retry", str(Notice.objects.get().pk))
        beat()
        assert deliveries() == [("webhook", "", "dropped", 2)]

    def test_is_not_before_the_days_are_over(self, by_webhook, told):
        by_webhook.does(status(503))
        told()
        lanes.address_notices(now=timezone.now())
        delivery = NoticeDelivery.objects.get()
        assert delivery.give_up_at - delivery.next_at == timedelta(days=3)
        NoticeDelivery.objects.update(attempts=1_000)
        beat()
        assert deliveries() == [("webhook", "", "waiting", 1_001)]
