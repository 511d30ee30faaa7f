"""The forecast, read and signed by a program."""

# @legacy file model-selection, model-based-credits

import pytest

from igny8_core.business.billing.models import AIModelConfig
from migration_harness.models import AuditEvent, ForecastSignOff

from ..forecasting import kept_now, used
from .clients import API, error_of


def sign(client, **body):
    return client.post(f"{API}forecast/sign-off/", body, format="json")


@pytest.fixture
def kept(operator, account):
    used(account)
    return kept_now()


class TestForecast:
    def test_is_nothing_before_one_was_made(self, operator):
        found = operator.get(f"{API}forecast/").json()["data"]
        assert (found["forecast"], found["sign_off"]["answer"]) == (None, "unknown")

    def test_says_what_was_kept_and_whether_somebody_signed(self, operator, kept):
        found = operator.get(f"{API}forecast/").json()["data"]
        assert (found["forecast"]["id"], found["forecast"]["void"]) == (kept.pk, "")
        assert found["forecast"]["summary"]["totals"]["before"]["credits"] == 20
        assert (found["sign_off"]["answer"], found["sign_off"]["signed_by"]) == ("closed", None)

    def test_says_why_it_is_void(self, operator, kept):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        found = operator.get(f"{API}forecast/").json()["data"]
        assert "tokens_per_credit 1000 → 700" in found["forecast"]["void"]


class TestSignOff:
    def test_is_recorded_as_this_operator(self, operator, kept):
        response = sign(operator, forecast=kept.pk, reason="agreed")
        found = response.json()
        assert (response.status_code, found["message"]) == (200, f"Forecast {kept.pk} is signed off.")
        assert (found["data"]["sign_off"]["answer"], found["data"]["sign_off"]["signed_by"]) == ("open", "ada")
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.reason) == ("ada", "sign off forecast", "agreed")

    def test_of_other_prices_is_refused(self, operator, kept):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        response = sign(operator, forecast=kept.pk, reason="agreed")
        assert (response.status_code, error_of(response)["code"]) == (409, "forecast_refused")
        assert ForecastSignOff.objects.count() == 0

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [({"reason": "x"}, "forecast"), ({"forecast": 1}, "reason"), ({"forecast": 1, "reason": " "}, "reason"),
         ({"forecast": 0, "reason": "x"}, "forecast"), ({"forecast": 1, "reason": "x", "yes": True}, "yes")],
        ids=str,
    )  # fmt: skip
    def test_needs_a_forecast_and_a_reason(self, operator, kept, body, wrong):
        response = sign(operator, **body)
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])
