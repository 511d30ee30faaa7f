"""What was told, as people and programs read it, and for how long."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness import queries
from migration_harness.metrics import HarnessCollector
from migration_harness.models import AuditEvent, Notice, NoticeDelivery
from migration_harness.rollout.notices import lanes
from migration_harness.rollout.notices.removing import remove_old_notices
from migration_harness.tasks import deliver_notices, remove_old_comparisons
from migration_harness.trail import audit
from tests.people import VIEWER, person
from tests.receiver import status

from .conftest import beat

API = "/api/v1/migration/notices/"


@pytest.fixture
def some(by_webhook, told, say):
    """One that arrived, one that did not, one that is not addressed yet; returns them."""
    told(subject="arrived")
    beat()
    by_webhook.does(status(500))
    told(subject="late", step="5 %")
    lanes.deliver_all()
    told(subject="new")
    return list(Notice.objects.order_by("id"))


def age(notices, **by):
    Notice.objects.filter(pk__in=[each.pk for each in notices]).update(at=timezone.now() - timedelta(**by))


class TestReads:
    def test_say_where_each_stands(self, some):
        found = queries.notices_since(timezone.now() - timedelta(hours=1))
        assert [(each.subject, each.state) for each in found] == [
            ("new", "not addressed"),
            ("late", "waiting"),
            ("arrived", "delivered"),
        ]
        assert [each.subject for each in queries.open_notices()] == ["new", "late"]
        late = found[1].deliveries[0]
        assert (late.answer, late.attempts, late.next_at is None) == ("answered 500", 1, False)

    def test_say_of_a_notice_that_nobody_wants_that_there_is_nobody(self, db, say, told):
        say()
        told()
        lanes.deliver_all()
        (found,) = queries.notices_since(timezone.now() - timedelta(hours=1))
        assert (found.state, queries.open_notices()) == ("nobody", [])

    def test_need_as_many_queries_for_many_as_for_one(self, by_webhook, told, django_assert_num_queries):
        for _ in range(30):
            told()
        beat()
        with django_assert_num_queries(2):
            assert len(queries.notices_since(timezone.now() - timedelta(hours=1))) == 30


class TestTheVerb:
    def test_lists_what_was_told_to_whom(self, some, harness):
        code, out, _ = harness("notices")
        assert code == 0
        for word in ("arrived", "late", "answered 500", "waiting after 1 attempt"):
            assert word in out, word

    def test_lists_old_ones_only_where_they_have_not_arrived(self, some, harness):
        age(some, days=8)
        found = json.loads(harness("notices", "--json")[1])
        assert [each["subject"] for each in found] == ["new", "late"]
        assert len(json.loads(harness("notices", "--json", "--since", "30d")[1])) == 3

    def test_says_where_nothing_was_told(self, db, harness):
        assert "Nothing was told since" in harness("notices")[1]

    def test_puts_on_the_trail_what_is_told_again(self, some, harness):
        NoticeDelivery.objects.filter(notice__subject="late").update(state="given_up")
        assert harness("notices", "--retry", str(some[1].pk), "--reason", "back")[0] == 0
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.subject, event.reason) == ("tell again", f"notice {some[1].pk}", "back")
        assert audit.verify() == 1

    @pytest.mark.parametrize("number", ["0", "99", "-1"])
    def test_knows_no_other_number(self, some, harness, number):
        code, _, err = harness("notices", f"--retry={number}")
        assert (code, "nothing was given up" in err) == (2, True)


class TestTheEndpoint:
    @pytest.fixture
    def viewer(self, client, db):
        client.force_login(person("vic", VIEWER))
        return client

    def test_lists_what_was_told(self, some, viewer):
        found = viewer.get(API).json()["results"]
        assert [(each["subject"], each["state"]) for each in found] == [
            ("new", "not addressed"),
            ("late", "waiting"),
            ("arrived", "delivered"),
        ]
        assert found[1]["details"] == {"step": "5 %"}
        assert [each["answer"] for each in found[1]["deliveries"]] == ["answered 500"]

    @pytest.mark.parametrize(
        ("query", "subjects"),
        [
            ({"state": "waiting"}, ["late"]),
            ({"subject": "arrived"}, ["arrived"]),
            ({"since": "2100-01-01T00:00Z"}, []),
            ({"page_size": 1}, ["new"]),
        ],
        ids=str,
    )
    def test_lists_what_is_asked_for(self, some, viewer, query, subjects):
        assert [each["subject"] for each in viewer.get(API, query).json()["results"]] == subjects


class TestMetrics:
    @staticmethod
    def value(name, channel):
        for metric in HarnessCollector().collect():
            for sample in metric.samples:
                if sample.name == name and sample.labels["channel"] == channel:
                    return sample.value
        return None

    def test_tell_what_waits_and_what_was_given_up(self, demo, some):
        assert self.value("harness_notices_waiting", "webhook") == 1
        assert self.value("harness_notices_waiting", "email") == 0
        assert self.value("harness_notices_waiting", "unaddressed") == 1
        assert self.value("harness_notices_oldest_seconds", "email") == 0
        age(some, hours=2)
        assert self.value("harness_notices_oldest_seconds", "webhook") >= 7_200
        assert self.value("harness_notices_given_up", "webhook") == 0
        NoticeDelivery.objects.filter(state="waiting").update(state="given_up")
        assert self.value("harness_notices_given_up", "webhook") == 1
        assert self.value("harness_notices_waiting", "webhook") == 0


class TestRemoving:
    def test_takes_what_is_old_unless_it_waits(self, some):
        age(some, days=91)
        assert remove_old_notices(now=timezone.now()) == 1
        assert list(Notice.objects.order_by("id").values_list("subject", flat=True)) == ["late", "new"]
        NoticeDelivery.objects.update(state="given_up")
        remove_old_comparisons()
        assert list(Notice.objects.values_list("subject", flat=True)) == ["new"]
        assert NoticeDelivery.objects.count() == 0

    def test_leaves_what_is_not_old(self, some):
        age(some, days=89)
        assert remove_old_notices(now=timezone.now()) == 0

    def test_takes_many_in_slices(self, by_webhook, told, monkeypatch):
        monkeypatch.setattr("migration_harness.rollout.notices.removing._SLICE_ROWS", 2)
        for _ in range(5):
            told()
        beat()
        age(Notice.objects.all(), days=91)
        assert remove_old_notices(now=timezone.now()) == 5


class TestTheTask:
    def test_delivers(self, by_webhook, told):
        told()
        deliver_notices()
        assert len(by_webhook.came) == 1
