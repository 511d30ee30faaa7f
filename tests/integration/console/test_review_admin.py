"""Reviews, notes, assignments and stored explanations in the admin, to read."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from migration_harness import queries
from migration_harness.models import DiscrepancyReview, StoredExplanation
from migration_harness.reviewing import explaining, reviews
from tests.people import trusted

from .browser import words

MODELS = ("discrepancyreview", "discrepancynote", "discrepancyassignment", "storedexplanation")


@pytest.fixture
def said(trial, operator):
    """Everything that can be said of one discrepancy."""
    trusted("ada")
    trial.call()
    (found,) = queries.discrepancies()
    name, acknowledged = found.signature, DiscrepancyReview.State.ACKNOWLEDGED
    drafted = explaining.draft(signature=name, today=datetime.now(UTC).date())
    explaining.propose(drafted=drafted, reason="planned", owner="", actor="ada")
    reviews.add_note(signature=name, text="seen", actor="ada")
    reviews.assign(signature=name, assignee="ada", actor="ada")
    reviews.review_discrepancy(signature=name, state=acknowledged, actor="ada", reason="on it")
    return name


@pytest.mark.parametrize("model", MODELS)
class TestAdmin:
    def test_lists_and_shows_a_row(self, operator, said, model):
        page = operator.get(reverse(f"admin:migration_harness_{model}_changelist"))
        assert (page.status_code, "ada" in words(page)) == (200, True)
        key = StoredExplanation.objects.get().pk if model == "storedexplanation" else said
        if model != "discrepancynote":
            shown = operator.get(reverse(f"admin:migration_harness_{model}_change", args=[key]))
            assert (shown.status_code, "ada" in words(shown)) == (200, True)

    def test_changes_nothing(self, operator, said, model):
        assert operator.get(reverse(f"admin:migration_harness_{model}_add")).status_code == 403
        url = reverse(f"admin:migration_harness_{model}_changelist")
        sent = {"action": "delete_selected", "_selected_action": [said], "post": "yes"}
        operator.post(url, sent)
        assert "ada" in words(operator.get(url))
