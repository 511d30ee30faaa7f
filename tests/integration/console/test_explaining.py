"""Notes, assignments, explanations and tests, by a click and a confirmation."""

from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from django.urls import reverse

from migration_harness import queries
from migration_harness.models import DiscrepancyNote, StoredExplanation
from migration_harness.reviewing import approvals, explaining
from tests.people import trusted

from ..approving import second_person
from .browser import HOSTILE, OVERVIEW, confirm, page_of, words

TODAY = datetime.now(UTC).date()


@pytest.fixture
def found(trial, operator):
    """A difference of a seam where an explanation may explain."""
    trial.call()
    (found,) = queries.discrepancies()
    return found


@pytest.fixture
def proposed(found):
    drafted = explaining.draft(signature=found.signature, today=TODAY)
    return explaining.propose(drafted=drafted, reason=HOSTILE, owner="product", actor="bob")


def at(route, found, query=""):
    return reverse(f"dashboards:{route}", args=[found.signature]) + query


class TestNote:
    def test_is_added_and_shown_as_text(self, operator, found):
        page = confirm(operator, at("note", found), text=f"{HOSTILE}\nsecond line")
        assert page.redirect_chain == [(page_of(found.signature), 302)]
        assert HOSTILE not in page.content.decode()
        assert escape(HOSTILE) in page.content.decode()
        assert DiscrepancyNote.objects.get().actor == "operator"

    def test_needs_a_text(self, operator, found):
        page = confirm(operator, at("note", found), text=" ")
        assert (page.status_code, "Write something." in words(page)) == (400, True)
        assert DiscrepancyNote.objects.count() == 0


class TestAssignment:
    def test_is_looked_at_confirmed_and_shown(self, operator, found):
        trusted("ada")
        url = at("assign", found, "?assignee=ada")
        assert "Now nobody Then ada" in words(operator.get(url))
        text = words(confirm(operator, url))
        assert "Assigned ada, by operator, " in text
        assert "nobody → ada." in text
        assert "ada" in words(operator.get(reverse("dashboards:discrepancies")))
        assert "Assigned nobody" in words(confirm(operator, at("assign", found, "?assignee=")))

    def test_to_somebody_unknown_is_refused(self, operator, found):
        response = operator.post(at("assign", found), {"assignee": "zoe", "reason": ""})
        assert (response.status_code, "There is no operator zoe." in words(response)) == (400, True)


class TestExplanation:
    def asked(self, found, *, calls="group", expires=None, paths="result.label"):
        last = expires or (TODAY + timedelta(days=7)).isoformat()
        return at("explain", found, f"?paths={paths}&calls={calls}&expires={last}")

    def test_offers_the_fields_that_differ_and_a_month(self, operator, found):
        html = operator.get(at("explain", found)).content.decode()
        assert "result.label (value)" in html
        assert (TODAY + timedelta(days=30)).isoformat() in html

    def test_shows_what_it_would_cover_and_stores_nothing(self, operator, found):
        text = words(operator.get(self.asked(found)))
        assert "Covers 1 comparison of 1 account in the kept evidence" in text
        assert f"Discrepancies {found.signature}" in text
        assert StoredExplanation.objects.count() == 0

    def test_is_proposed_as_this_person(self, operator, found):
        page = confirm(operator, self.asked(found, calls="any"), reason="planned", owner="")
        made = StoredExplanation.objects.get()
        assert (made.state, made.proposed_by, made.owner, made.group) == ("proposed", "operator", "operator", None)
        assert f"Proposed as {made.name}: another person has to approve it." in words(page)
        assert "1 explanation waits for approval." in words(operator.get(OVERVIEW))

    def test_is_passed_alone_by_a_superuser(self, operator, found):
        assert "Pass alone" in words(operator.get(self.asked(found, calls="any")))
        page = confirm(operator, self.asked(found, calls="any"), reason="planned", owner="", override="on")
        made = StoredExplanation.objects.get()
        assert (made.state, f"{made.name}: in force, not countersigned" in words(page)) == ("approved", True)

    def test_is_passed_alone_by_nobody_else(self, client, found):
        client.force_login(trusted("olga"))
        assert "Pass alone" not in words(client.get(self.asked(found, calls="any")))
        page = confirm(client, self.asked(found, calls="any"), reason="planned", owner="", override="on")
        assert (page.status_code, StoredExplanation.objects.count()) == (403, 0)

    @pytest.mark.parametrize(
        ("asked", "entered", "says"),
        [
            ({}, {"reason": " "}, "an explanation needs a reason"),
            ({"expires": "2020-01-01"}, {"reason": "x"}, "between today and in a year"),
        ],
        ids=["reason", "date"],
    )
    def test_is_refused_without(self, operator, found, asked, entered, says):
        last = asked.get("expires", TODAY.isoformat())
        sent = {"paths": ["result.label"], "calls": "group", "expires": last, "owner": ""} | entered
        page = operator.post(at("explain", found), sent)
        assert (page.status_code, says in words(page)) == (400, True)
        assert StoredExplanation.objects.count() == 0

    @pytest.mark.legacy
    def test_of_money_is_refused_and_not_offered(self, operator, mispriced):
        page = operator.get(at("explain", mispriced))
        assert (page.status_code, "only its oracle (price list) explains money" in words(page)) == (409, True)
        assert "Explain…" not in words(operator.get(page_of(mispriced.signature)))

    def test_is_approved_by_another_person_and_shown_with_its_reason(self, operator, found, proposed):
        url = reverse("dashboards:decide", args=[proposed.pk])
        page = confirm(operator, f"{url}?decision=approve", reason="")
        assert f"Explanation {proposed.pk} is approved." in words(page)
        html = operator.get(page_of(found.signature)).content.decode()
        assert HOSTILE not in html
        assert "≈ explained" in words(operator.get(page_of(found.signature)))

    def test_is_not_approved_by_the_person_who_proposed_it(self, operator, found):
        drafted = explaining.draft(signature=found.signature, today=TODAY)
        made = explaining.propose(drafted=drafted, reason="x", owner="", actor="operator@host")
        page = confirm(operator, reverse("dashboards:decide", args=[made.pk]) + "?decision=approve", reason="")
        assert (page.status_code, "another person has to answer" in words(page)) == (409, True)
        assert StoredExplanation.objects.get().state == "proposed"

    @pytest.mark.parametrize("state", ["proposed", "approved", "revoked"])
    def test_offers_what_can_be_decided_now(self, operator, proposed, state):
        if state != "proposed":
            approvals.approve(number=proposed.pk, actor=second_person("cyd"), today=TODAY)
        if state == "revoked":
            approvals.revoke(number=proposed.pk, actor="cyd", reason="x")
        html = operator.get(reverse("dashboards:explanations")).content.decode()
        offered = {word for word in approvals.DECISIONS if f"decide/?decision={word}" in html}
        wanted = {"proposed": {"approve", "reject", "withdraw"}, "approved": {"revoke"}, "revoked": set()}
        assert offered == wanted[state]


class TestDownload:
    @pytest.mark.legacy
    def test_is_a_file_of_pytest(self, operator, mispriced):
        response = operator.get(at("test", mispriced))
        assert response["Content-Disposition"] == f'attachment; filename="test_{mispriced.signature}.py"'
        assert "assert answer == 1" in response.content.decode()

    def test_says_why_there_is_none(self, operator, found, trial, monkeypatch):
        page = operator.get(at("test", found))
        assert (page.status_code, "is no name of any module" in words(page)) == (409, True)
