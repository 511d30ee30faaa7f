"""The page of a discrepancy."""

import re
from html import escape

import pytest

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from migration_harness import queries
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing.reviews import review_discrepancy

from .browser import page_of, words


class TestDiscrepancyPage:
    @pytest.mark.legacy
    def test_shows_both_values_the_expected_one_and_the_call(self, operator, mispriced, account):
        text = words(operator.get(page_of(mispriced.signature)))
        assert "credits another value 20 ≠ 5 3" in text
        # No other model would be asked with the candidate, so nothing is said of one.
        assert "model gpt-5.1 operation clustering usage.tokens_input 2,900 usage.tokens_output 100" in text
        assert "In 1 of them the candidate is not what is expected." in text

    @pytest.mark.legacy
    def test_shows_what_it_sums_to(self, operator, charge, wrong_price):
        for _ in range(60):
            charge()
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert (
            "−900 credits −75.0 %, new against legacy Legacy 1,200 credits New 300 credits Calls 60 Accounts 1" in text
        )

    @pytest.mark.legacy
    def test_names_the_accounts(self, operator, charge, wrong_price):
        first, second = Account.objects.order_by("pk")[:2]
        charge(first)
        charge(second)
        charge(second)
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert f"{second.name} {second.pk} 2 40 10 −30 −75.0 % {first.name} {first.pk} 1 20 5 −15 −75.0 %" in text

    def test_gives_reason_and_owner_of_an_explanation(self, operator, charge):
        charge()
        (found,) = queries.discrepancies()
        rule = queries.seam_named("credits.text").criteria.explanations[0]
        text = words(operator.get(page_of(found.signature)))
        assert f"Explanation {rule.name} Reason {rule.reason} Owner {rule.owner} Explains until {rule.expires}" in text
        assert "harness discrepancies" not in text

    def test_shows_who_reviewed_it(self, operator, mismatch):
        review_discrepancy(
            signature=mismatch.signature, state=DiscrepancyReview.State.ACKNOWLEDGED, actor="ada", reason="on it"
        )
        text = words(operator.get(page_of(mismatch.signature)))
        assert "… acknowledged Somebody is on it." in text
        assert "acknowledged by ada, " in text
        assert f"harness discrepancies reopen {mismatch.signature}" in text

    def test_shows_the_commands_of_a_review(self, operator, mismatch):
        text = words(operator.get(page_of(mismatch.signature)))
        for verb in ("acknowledge", "fixed"):
            command = f"python manage.py harness discrepancies {verb} {mismatch.signature} --reason '…'"
            assert escape(command, quote=True) in text

    @pytest.mark.legacy
    def test_shows_the_controls_own_value_where_both_sides_are_wrong(self, operator, charge):
        # One credit for 150 tokens makes the candidate agree with the tariff, against the price list.
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=150)
        charge()
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert "Both sides answer the same, and it is not what is expected." in text
        assert "the same, not as expected 20 ≠ 20 3" in text

    @pytest.mark.legacy
    def test_names_the_error_that_the_candidate_raised(self, operator, charge):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=None)
        charge()
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert re.search(r"The candidate raised \w+; the control raised nothing\.", text)

    def test_of_an_unknown_signature_is_not_found(self, operator, demo):
        response = operator.get(page_of("nosuch"))
        assert response.status_code == 404
        assert "There is no discrepancy" in words(response)
