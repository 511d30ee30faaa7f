"""The page of the forecast, and signing it by a click and a confirmation."""

# @legacy file model-selection, model-based-credits

from html import escape

import pytest
from django.urls import reverse

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from migration_harness.models import AuditEvent, ForecastSignOff

from ..forecasting import kept_now, used
from .browser import HOSTILE, confirm, words

PAGE = "/migration/forecast/"
SIGN = f"{PAGE}sign-off/"


@pytest.fixture
def kept(operator, account):
    used(account)
    used(account, model="gpt-4.1")
    used(account, "image_generation", "google:4@2")
    return kept_now()


class TestPage:
    def test_without_a_forecast_says_how_to_make_one(self, operator, demo):
        text = words(operator.get(PAGE))
        assert "No forecast has been made" in text
        assert "python manage.py harness forecast" in text
        assert "Sign this forecast" not in text

    def test_begins_with_the_change_of_the_totals(self, operator, kept):
        text = words(operator.get(PAGE))
        assert "2 calls: 27 → 18 credits (−33.3 %)" in text
        assert f"Forecast {kept.pk}, made at" in text
        assert "The token counts are those that were recorded" in text
        assert text.index("2 calls: 27") < text.index("Sign-off")

    def test_shows_who_pays_what_and_what_is_left_out(self, operator, kept):
        text = words(operator.get(PAGE))
        for told in (
            "Left out of every sum", "gpt-4.1", "20 → 3 −85.0 %", "Accounts that gain most", "Who would run dry",
            "less by 25 to 50 % 1", "and 1 without a price",
        ):  # fmt: skip
            assert told in text, told
        assert "Accounts that lose most" not in text

    def test_shows_a_hostile_name_as_text(self, operator, kept, account):
        Account.objects.filter(pk=account.pk).update(name=HOSTILE)
        kept_now(actor=HOSTILE)
        html = operator.get(PAGE).content.decode()
        assert HOSTILE not in html
        assert escape(HOSTILE) in html

    def test_says_that_a_forecast_is_void_and_offers_no_signature(self, operator, kept):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        text = words(operator.get(PAGE))
        assert "This forecast cannot be signed." in text
        assert "tokens_per_credit 1000 → 700" in text
        assert "Sign this forecast" not in text

    def test_costs_no_more_for_more_accounts(self, queries_of, kept):
        few = queries_of(PAGE)
        for account in Account.objects.all():
            used(account)
        kept_now()
        assert queries_of(PAGE) == few


class TestSigning:
    def test_is_looked_at_before_it_is_recorded(self, operator, kept):
        html = operator.get(PAGE).content.decode()
        assert f'href="{SIGN}?forecast={kept.pk}"' in html
        text = words(operator.get(SIGN, {"forecast": kept.pk}))
        assert f"Sign forecast {kept.pk}: these prices are agreed to?" in text
        assert "2 calls: 27 → 18 credits" in text
        assert ForecastSignOff.objects.count() == 0

    def test_is_recorded_as_this_person_and_told(self, operator, kept):
        page = confirm(operator, f"{SIGN}?forecast={kept.pk}", reason="agreed")
        signed = ForecastSignOff.objects.get()
        assert (signed.forecast, signed.actor, signed.reason) == (kept, "operator", "agreed")
        assert AuditEvent.objects.latest("id").actor == "operator"
        assert page.redirect_chain == [(reverse("dashboards:forecast"), 302)]
        assert "signed off Signed off by operator on" in words(page)

    def test_of_other_prices_is_refused_in_a_sentence(self, operator, kept):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        page = confirm(operator, f"{SIGN}?forecast={kept.pk}", reason="agreed")
        assert (page.status_code, "cannot be signed" in words(page)) == (409, True)
        assert ForecastSignOff.objects.count() == 0

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_needs_a_reason(self, operator, kept, reason):
        page = confirm(operator, f"{SIGN}?forecast={kept.pk}", reason=reason)
        assert (page.status_code, "Say why: a sign-off needs a reason." in words(page)) == (400, True)

    def test_of_one_that_was_never_made_is_not_found(self, operator, demo):
        response = operator.get(SIGN, {"forecast": 7})
        assert (response.status_code, "There is no forecast 7" in words(response)) == (404, True)
