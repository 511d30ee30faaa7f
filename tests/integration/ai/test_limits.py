"""What is asked of a model stays within what its row says that it takes."""

import pytest
from django.core.exceptions import ValidationError

from igny8_core.ai import exceptions
from igny8_core.ai.ai_core import AICore
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness.deciding.stages import Stage

from .conftest import everyone_at
from .operation_runs import OPERATIONS, Run


def row(model="gpt-5.1", **changes):
    AIModelConfig.objects.filter(model_name=model).update(**changes)


def asked_with(provider):
    return provider.requests[-1].payload


@pytest.fixture(params=[Stage.COMPLETE, pytest.param(Stage.OFF, marks=pytest.mark.legacy)], ids=str)
def side(request):
    with everyone_at(request.param):
        yield


@pytest.fixture
def complete(account, provider):
    def ask(model="gpt-5.1", max_tokens=500, temperature=0.7):
        AICore.complete(
            account=account, model=model, system="", prompt="Hi", max_tokens=max_tokens, temperature=temperature,
            operation="clustering",
        )  # fmt: skip
        return asked_with(provider)

    return ask


@pytest.mark.usefixtures("side")
class TestLongestAnswer:
    @pytest.mark.parametrize(("limit", "asked"), [(None, 5_000), (4_999, 4_999), (5_000, 5_000), (5_001, 5_000)])
    def test_is_that_of_the_row(self, complete, limit, asked):
        row(max_output_tokens=limit)
        assert complete(max_tokens=5_000)["max_completion_tokens"] == asked

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_holds_for_what_everybody_and_what_an_account_has_chosen(self, provider, site, operation):
        for model in ("gpt-5.1", "gpt-4o-mini"):
            row(model, max_output_tokens=3_000)
        GlobalIntegrationSettings.objects.update(openai_max_tokens=8_192)
        Run(operation, site, "")()
        assert asked_with(provider)["max_completion_tokens"] == 3_000


@pytest.mark.usefixtures("side")
class TestTemperature:
    @pytest.mark.parametrize("temperature", [0, 0.7])
    def test_is_sent_where_the_row_takes_one(self, complete, temperature):
        assert complete(temperature=temperature)["temperature"] == temperature

    def test_is_not_sent_where_it_does_not(self, complete):
        row(takes_temperature=False)
        assert "temperature" not in complete()

    def test_that_the_provider_refuses_is_named_in_the_error(self, complete, provider):
        row("gpt-4o", model_name="o3")
        with pytest.raises(exceptions.ProviderRefused, match=r"\(unsupported_value\), parameter 'temperature'"):
            complete(model="o3")
        row("o3", takes_temperature=False)
        assert complete(model="o3")["model"] == "o3"


@pytest.mark.legacy
class TestModelWithoutARow:
    def test_is_asked_as_it_was(self, complete):
        with everyone_at(Stage.OFF):
            asked = complete(model="gpt-4.1", max_tokens=900_000)
        assert (asked["max_completion_tokens"], asked["temperature"]) == (900_000, 0.7)


class TestForm:
    """The admin's, and whatever else calls ``full_clean``."""

    @pytest.mark.parametrize(("tokens", "ok"), [(None, True), (16_384, True), (16_385, False)])
    def test_of_a_choice_names_the_limit(self, account, tokens, ok):
        choice = IntegrationSettings(account=account, text_model="gpt-4o-mini", max_tokens=tokens)
        if ok:
            choice.full_clean()
            return
        with pytest.raises(ValidationError) as raised:
            choice.full_clean()
        assert raised.value.message_dict == {
            "max_tokens": ["gpt-4o-mini answers with at most 16,384 tokens. Choose 16,384 or fewer."]
        }
