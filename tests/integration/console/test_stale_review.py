"""What a person says of a difference is about what they looked at: where a colleague was faster, it is shown anew."""

import pytest
from django.urls import reverse

from migration_harness.models import DiscrepancyNote, DiscrepancyReview
from migration_harness.reviewing.reviews import assign, review_discrepancy
from tests.people import trusted

from .browser import form_in, words

State = DiscrepancyReview.State


def colleague(mismatch):
    review_discrepancy(signature=mismatch.signature, state=State.ACKNOWLEDGED, actor="bob", reason="mine")


def somebody_is_on_it(mismatch):
    trusted("bob")
    assign(signature=mismatch.signature, assignee="bob", actor="bob")


class TestReview:
    @pytest.mark.parametrize("meanwhile", [colleague, somebody_is_on_it])
    def test_is_refused_and_shown_anew(self, operator, mismatch, meanwhile):
        url = reverse("dashboards:review", args=[mismatch.signature])
        address, fields = form_in(operator.get(url, {"state": "fixed"}))
        meanwhile(mismatch)
        page = operator.post(address, fields | {"reason": "corrected"})
        assert (page.status_code, "somebody has decided since you looked at it" in words(page)) == (409, True)
        assert not DiscrepancyReview.objects.filter(state="fixed").exists()
        address, again = form_in(page)
        assert operator.post(address, again).status_code == 302
        assert DiscrepancyReview.objects.get().state == "fixed"

    @pytest.mark.legacy
    def test_is_not_held_up_by_more_calls(self, operator, mispriced, charge):
        url = reverse("dashboards:review", args=[mispriced.signature])
        address, fields = form_in(operator.get(url, {"state": "fixed"}))
        charge()
        assert operator.post(address, fields | {"reason": "corrected"}).status_code == 302


class TestAssignment:
    def test_is_refused_and_shown_anew(self, operator, mismatch):
        url = reverse("dashboards:assign", args=[mismatch.signature])
        address, fields = form_in(operator.get(url, {"assignee": "operator"}))
        somebody_is_on_it(mismatch)
        assert operator.post(address, fields).status_code == 409


class TestNote:
    def test_is_added_whatever_was_decided_meanwhile(self, operator, mismatch):
        url = reverse("dashboards:note", args=[mismatch.signature])
        page = operator.get(url)
        colleague(mismatch)
        assert operator.post(url, {"text": "look at the rates"}).status_code == 302
        assert (page.status_code, DiscrepancyNote.objects.count()) == (200, 1)
