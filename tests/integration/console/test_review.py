"""A review of a discrepancy, by a click and a confirmation."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from migration_harness.models import AuditEvent, DiscrepancyReview
from migration_harness.reviewing.reviews import review_discrepancy

from .browser import confirm, form_in, page_of, words

State = DiscrepancyReview.State


@pytest.fixture
def url(mismatch):
    return reverse("dashboards:review", args=[mismatch.signature])


class TestReview:
    @pytest.mark.parametrize(
        ("state", "offered"),
        [("open", {"acknowledged", "fixed"}), ("acknowledged", {"fixed", "open"}), ("fixed", {"open"})],
    )
    def test_offers_what_can_be_said_now(self, operator, mismatch, url, state, offered):
        if state != "open":
            review_discrepancy(signature=mismatch.signature, state=State(state), actor="bob", reason="x")
        page = BeautifulSoup(operator.get(page_of(mismatch.signature)).content, "html.parser")
        buttons = page.select(f'form[action="{url}"] button[name=state]')
        assert {each["value"] for each in buttons} == offered

    def test_is_looked_at_before_it_is_recorded(self, operator, url):
        text = words(operator.get(url, {"state": "acknowledged"}))
        assert "trial.choice · text · all: is somebody on it?" in text
        assert "Now open, 1 call of 1 account" in text
        assert "Say why" not in text

    @pytest.mark.parametrize("state", ["acknowledged", "fixed", "open"])
    def test_is_recorded_as_this_person_and_told(self, operator, mismatch, url, state):
        page = confirm(operator, f"{url}?state={state}", reason="seen")
        review = DiscrepancyReview.objects.get()
        assert (review.state, review.actor, review.reason) == (state, "operator", "seen")
        assert AuditEvent.objects.latest("id").actor == "operator"
        assert page.redirect_chain == [(page_of(mismatch.signature), 302)]
        assert f"trial.choice: open → {state}." in words(page)

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_needs_a_reason(self, operator, url, reason):
        page = confirm(operator, f"{url}?state=fixed", reason=reason)
        assert (page.status_code, "Say why: a review needs a reason." in words(page)) == (400, True)
        assert form_in(page)[1]["state"] == "fixed"
        assert DiscrepancyReview.objects.count() == 0

    def test_cannot_say_what_follows_by_itself(self, operator, url):
        for state in ("reopened", "explained", ""):
            assert operator.post(url, {"state": state, "reason": "x"}).status_code == 400
        assert DiscrepancyReview.objects.count() == 0

    def test_of_an_unknown_one_is_not_found(self, operator, demo):
        assert operator.get(reverse("dashboards:review", args=["nosuch"])).status_code == 404
