"""A person's word on a forecast, and what makes it void."""

# @legacy file model-selection, model-based-credits

import pytest
from django.db import DatabaseError, transaction

from igny8_core import forecast
from igny8_core.auth.models import Plan
from igny8_core.business.billing.models import AIModelConfig, BillingConfiguration, CreditCostConfig
from igny8_core.forecast import inputs
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import ForecastRefused
from migration_harness.models import AuditEvent, ForecastSignOff, KeptForecast
from migration_harness.money.forecast.sign_off import forecast_signed_off, sign_off
from migration_harness.money.forecast.stored import make_forecast
from migration_harness.tasks import forecast_log

from ..forecasting import kept_now, question, used


def price(**changed):
    return lambda: AIModelConfig.objects.filter(model_name="gpt-5.1").update(**changed)


def another_default():
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(is_default=False)
    AIModelConfig.objects.filter(model_name="gpt-4o").update(is_default=True)


CHANGES = {
    "price": (price(tokens_per_credit=700), "model gpt-5.1, tokens_per_credit 1000 → 700"),
    "provider's price": (price(input_cost_per_1m=2), "model gpt-5.1, input_cost_per_1m 1.25 → 2"),
    "default": (another_default, "model gpt-4o, is_default False → True"),
    "inactive model": (
        lambda: AIModelConfig.objects.filter(model_name="gpt-4o").update(is_active=False),
        "model gpt-4o, is_active True → False",
    ),
    "tier": (
        lambda: AIModelConfig.objects.filter(model_name="dall-e-3").update(quality_tier="premium"),
        "model dall-e-3, quality_tier quality → premium",
    ),
    "image price": (
        lambda: AIModelConfig.objects.filter(model_name="dall-e-3").update(credits_per_image=6),
        "model dall-e-3, credits_per_image 5 → 6",
    ),
    "new model": (
        lambda: AIModelConfig.objects.create(model_name="gpt-6", model_type="text", provider="openai"),
        "model gpt-6, is_active missing → True",
    ),
    "tariff": (
        lambda: CreditCostConfig.objects.filter(operation_type="clustering").update(min_credits=9),
        "tariff clustering, min_credits 2 → 9",
    ),
    "price of a credit": (
        lambda: BillingConfiguration.objects.update(default_credit_price_usd="0.02"),
        "billing, default_credit_price_usd 0.01 → 0.02",
    ),
    "legacy default": (
        lambda: GlobalIntegrationSettings.objects.update(openai_model="gpt-4o"),
        "global settings, openai_model gpt-4o-mini → gpt-4o",
    ),
    "plan": (
        lambda: Plan.objects.filter(name="Starter").update(allows_overrides=False),
        "plan Starter, allows_overrides True → False",
    ),
}


@pytest.fixture
def kept(account):
    used(account)
    return kept_now()


@pytest.fixture
def signed(kept):
    sign_off(forecast_id=kept.pk, actor="ada", reason="agreed with finance")
    return kept


class TestSignOff:
    def test_is_unknown_without_a_forecast(self, demo):
        found = forecast_signed_off()
        assert (found.answer, found.sentence) == (
            Answer.UNKNOWN, "No forecast has been made. Make one: python manage.py harness forecast",
        )  # fmt: skip

    def test_is_closed_while_nobody_signed(self, kept):
        found = forecast_signed_off()
        assert (found.answer, found.is_void) == (Answer.CLOSED, False)
        assert found.sentence.startswith("Nobody has signed a forecast for model-based-credits, model-selection")

    def test_is_open_once_somebody_signed(self, signed):
        found = forecast_signed_off()
        assert (found.answer, found.sign_off.forecast) == (Answer.OPEN, signed)
        assert found.sentence.startswith("Signed off by ada on ")
        assert found.sentence.endswith(signed.summary["headline"])

    def test_is_on_the_audit_trail(self, signed):
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject, event.reason) == (
            "ada", "sign off forecast", f"forecast {signed.pk}", "agreed with finance",
        )  # fmt: skip
        assert event.evidence["headline"] == signed.summary["headline"]

    @pytest.mark.parametrize("change", CHANGES)
    def test_is_void_after_a_change_of_its_prices(self, signed, change):
        act, told = CHANGES[change]
        act()
        found = forecast_signed_off()
        assert (found.answer, found.is_void) == (Answer.CLOSED, True)
        assert "Signed off by ada" in found.sentence
        assert f", void since: {told}" in found.sentence

    @pytest.mark.parametrize("name", ["price list", "constants"])
    def test_is_void_after_a_change_of_a_file(self, signed, monkeypatch, name):
        now = inputs.price_inputs()
        assert len(now[name]) == 16
        monkeypatch.setattr(forecast.usage_log, "price_inputs", lambda: {**now, name: "another"})
        assert f"{name} {now[name]} → another" in forecast_signed_off().sentence

    def test_holds_again_where_the_change_is_taken_back(self, signed):
        price(tokens_per_credit=700)()
        assert forecast_signed_off().answer is Answer.CLOSED
        price(tokens_per_credit=1_000)()
        assert forecast_signed_off().answer is Answer.OPEN

    def test_holds_where_nothing_of_the_price_changed(self, signed, account):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(display_name="Five", input_cost_per_1m="1.2500")
        used(account, tokens=10)
        assert forecast_signed_off().answer is Answer.OPEN

    def test_names_a_few_changes_and_counts_the_rest(self, signed):
        CreditCostConfig.objects.update(min_credits=9)
        assert forecast_signed_off().sentence.endswith(" and 4 more.")

    def test_counts_for_the_flags_that_it_was_made_for(self, account):
        used(account)
        _, kept = make_forecast(question=question(flags=frozenset({"model-selection"})), actor="ada")
        sign_off(forecast_id=kept.pk, actor="ada", reason="half of it")
        assert forecast_signed_off().answer is Answer.CLOSED

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_needs_a_reason(self, kept, reason):
        with pytest.raises(ForecastRefused, match="needs a reason"):
            sign_off(forecast_id=kept.pk, actor="ada", reason=reason)
        assert ForecastSignOff.objects.count() == 0

    def test_of_a_forecast_that_is_void_is_refused(self, kept):
        price(tokens_per_credit=700)()
        with pytest.raises(ForecastRefused, match="tokens_per_credit 1000 → 700"):
            sign_off(forecast_id=kept.pk, actor="ada", reason="x")

    def test_of_no_call_is_refused(self, demo):
        with pytest.raises(ForecastRefused, match="no priced call"):
            sign_off(forecast_id=kept_now().pk, actor="ada", reason="x")

    def test_of_a_forecast_that_was_never_made_is_refused(self, demo):
        with pytest.raises(ForecastRefused, match="There is no forecast 7"):
            sign_off(forecast_id=7, actor="ada", reason="x")

    @pytest.mark.parametrize("model", [KeptForecast, ForecastSignOff])
    def test_and_its_forecast_cannot_be_changed(self, signed, model):
        for change in (lambda: model.objects.update(actor="bob"), lambda: model.objects.all()._raw_delete("default")):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()


@pytest.mark.usefixtures("approving")
class TestCommand:
    def test_signs_nothing_without_yes(self, account, harness):
        used(account)
        code, out, _ = harness("forecast", "--sign-off", "--reason", "agreed")
        assert (code, "Nothing was signed." in out, ForecastSignOff.objects.count()) == (0, True, 0)

    def test_signs_the_forecast_that_was_looked_at(self, account, harness):
        used(account)
        out = " ".join(harness("forecast", "--sign-off", "--reason", "agreed")[1].split())
        shown = KeptForecast.objects.get()
        used(account)
        assert f"--sign-off --forecast {shown.pk} --reason WHY --yes --as USERNAME" in out
        arguments = ("--sign-off", "--forecast", str(shown.pk), "--reason", "agreed", "--yes")
        code, out, _ = harness("forecast", *arguments)
        assert (code, f"Forecast {shown.pk} is signed off: " in out) == (0, True)
        assert (ForecastSignOff.objects.get().forecast_id, KeptForecast.objects.count()) == (shown.pk, 1)

    @pytest.mark.parametrize("left_out", ["--sign-off", "--yes"])
    def test_of_a_number_alone_is_refused(self, account, harness, left_out):
        words = [word for word in ("--sign-off", "--yes") if word != left_out]
        code, _, err = harness("forecast", "--forecast", "1", "--reason", "agreed", *words)
        assert (code, "add --sign-off" in err) == (2, True)

    def test_of_a_forecast_that_does_not_exist_is_refused(self, account, harness):
        arguments = ("--sign-off", "--forecast", "999999", "--reason", "agreed", "--yes")
        assert harness("forecast", *arguments)[0] == 1

    def test_signs_what_it_has_just_said(self, account, harness):
        used(account)
        code, out, _ = harness("forecast", "--sign-off", "--reason", "agreed", "--yes")
        signed = ForecastSignOff.objects.get()
        assert (code, f"Forecast {signed.forecast_id} is signed off." in out) == (0, True)

    def test_says_whether_a_signature_holds(self, signed, harness):
        code, out, _ = harness("forecast", "--status")
        assert (code, out.startswith("signed off")) == (0, True)
        price(tokens_per_credit=700)()
        code, out, _ = harness("forecast", "--status")
        assert (code, "void since" in out) == (3, True)
        assert harness("forecast", "--status", "--json")[0] == 3


class TestTask:
    def test_keeps_a_forecast_of_the_log_every_night(self, account):
        used(account)
        forecast_log()
        assert KeptForecast.objects.get().actor == "beat"
