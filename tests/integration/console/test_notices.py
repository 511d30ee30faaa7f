"""The page of notices, as operators see and use it in a browser."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from dashboards.notices.rows import STATES
from migration_harness import queries
from migration_harness.models import Notice, NoticeDelivery
from tests.people import VIEWER, person
from tests.receiver import SECRET

from .browser import CREDITS, HOSTILE, confirm, words

PAGE = reverse("dashboards:notices")


@pytest.fixture
def told(demo):
    """Put a notice down with its deliveries, each as its state and what else it has."""

    def told(*deliveries, sentence="It was rolled back.", days_ago=0, addressed=True, **details):
        at = timezone.now() - timedelta(days=days_ago)
        made = Notice.objects.create(
            key=uuid4(), kind="rolled_back", subject=CREDITS, sentence=sentence, details=details, at=at,
            addressed=addressed,
        )  # fmt: skip
        for number, (state, more) in enumerate(deliveries):
            delivered_at = at if state == "delivered" else None
            values = {"next_at": at, "give_up_at": at, "delivered_at": delivered_at, "target": f"{number}@example.com"}
            made.deliveries.create(channel="email", state=state, **(values | more))
        return made

    return told


def shown(response):
    rows = BeautifulSoup(response.content, "html.parser").select(".notices tbody tr")
    return [{cell["data-label"]: cell.get_text(" ", strip=True) for cell in row.select("td")} for row in rows]


class TestPage:
    def test_says_that_nothing_was_told_and_to_whom_nothing_would_be(self, operator, demo):
        text = words(operator.get(PAGE))
        assert "○ Nothing was told" in text
        assert "webhook nobody 0 0" in text
        assert "Before a step of a rollout nobody outside is asked." in text

    def test_names_who_is_told_and_who_is_asked_by_host_alone(self, operator, demo, settings):
        notices = {
            "secret": SECRET, "url": "https://hooks.example.com/secret-path", "emails": ("ada@example.com",),
            "confirm_url": "https://books.example.com/secret-path",
        }  # fmt: skip
        settings.HARNESS = settings.HARNESS | {"NOTICES": notices}
        response = operator.get(PAGE)
        text = words(response)
        assert "webhook hooks.example.com" in text
        assert "email ada@example.com" in text
        assert "Before a step of a rollout books.example.com is asked" in text
        assert [part for part in ("secret-path", SECRET) if part in response.content.decode()] == []

    def test_says_what_is_wrong_with_the_settings(self, operator, demo, settings):
        settings.HARNESS = settings.HARNESS | {"NOTICES": {"url": "https://hooks.example.com"}}
        response = operator.get(PAGE)
        assert (response.status_code, "has an address and no secret" in words(response)) == (200, True)

    def test_shows_to_whom_each_has_come_and_how_often_it_was_tried(self, operator, told):
        waiting = {"attempts": 3, "answer": "answered 500"}
        told(("delivered", {"attempts": 1}), ("waiting", waiting), change="holds")
        (row,) = shown(operator.get(PAGE))
        assert row["Kind"] == "rolled_back holds"
        assert row["Has it arrived?"].startswith("✓ arrived 0@example.com at ")
        assert "↻ waiting 1@example.com 3 attempts: answered 500; next at " in row["Has it arrived?"]
        assert "↻ 1 delivery waits" in words(operator.get(PAGE))

    def test_shows_what_is_old_and_has_not_arrived(self, operator, told):
        told(("delivered", {}), days_ago=40, sentence="Old.")
        told(("given_up", {"attempts": 500}), days_ago=40, sentence="Lost.")
        response = operator.get(PAGE)
        assert [row["What"] for row in shown(response)] == ["Lost."]
        assert "✗ 1 delivery was given up" in words(response)

    def test_shows_one_state_alone(self, operator, told):
        told(("delivered", {}), sentence="Here.")
        told(sentence="To nobody.")
        told(sentence="New.", addressed=False)
        found = {state: [row["What"] for row in shown(operator.get(f"{PAGE}?state={state}"))] for state in STATES}
        assert found == {state: [] for state in STATES} | {
            "delivered": ["Here."], "nobody": ["To nobody."], "not addressed": ["New."],
        }  # fmt: skip

    def test_shows_what_is_told_as_text(self, operator, told):
        told(("waiting", {"answer": HOSTILE, "target": HOSTILE}), sentence=HOSTILE)
        assert HOSTILE not in operator.get(PAGE).content.decode()

    def test_asks_as_many_queries_however_much_was_told(self, queries_of, told):
        told(("waiting", {}), ("given_up", {}))
        few = queries_of(PAGE)
        for _ in range(20):
            told(("waiting", {}), ("given_up", {}))
        assert queries_of(PAGE) == few


class TestTellingAgain:
    def test_says_to_whom_first(self, operator, told):
        made = told(("given_up", {"attempts": 500, "answer": "answered 500"}))
        text = words(operator.get(reverse("dashboards:notice-again", args=[made.pk])))
        assert "0@example.com: 500 attempts, answered 500" in text
        assert NoticeDelivery.objects.get().state == "given_up"

    def test_delivers_it_again(self, operator, told):
        made = told(("given_up", {}))
        (link,) = BeautifulSoup(operator.get(PAGE).content, "html.parser").select(".notices a.act")
        text = words(confirm(operator, link["href"], reason="the receiver is back"))
        assert NoticeDelivery.objects.get().state == "waiting"
        assert f"Notice {made.pk} is told again: 1 time." in text

    def test_is_refused_where_nothing_was_given_up(self, operator, told):
        made = told(("delivered", {}))
        response = operator.post(reverse("dashboards:notice-again", args=[made.pk]))
        assert (response.status_code, "nothing was given up" in words(response)) == (400, True)

    def test_of_no_notice_finds_nothing(self, operator, demo):
        assert operator.get(reverse("dashboards:notice-again", args=[999_999_999])).status_code == 404

    def test_is_not_offered_to_a_viewer(self, client, told):
        told(("given_up", {}))
        client.force_login(person("vera", VIEWER))
        assert "Tell again" not in words(client.get(PAGE))


class TestLabels:
    def test_exist_for_every_state(self):
        assert set(STATES) == set(queries.NOTICE_STATES)

    def test_can_be_told_apart_without_colours(self):
        assert len({each.mark for each in STATES.values()}) == len({each.word for each in STATES.values()}) == 6
