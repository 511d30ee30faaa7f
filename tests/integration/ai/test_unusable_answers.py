"""An answer that came and is of no use: the customer pays nothing, and what the provider charges is on record."""

from decimal import Decimal

import pytest

from igny8_core.ai import exceptions, operations
from igny8_core.ai.functions import generate_images
from igny8_core.ai.functions.base import AIFunction
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig, CreditUsageLog
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.modules.system.models import IntegrationSettings

from ..content_parts import content_of, prompt_of
from .operation_runs import OPERATIONS, Run

pytestmark = pytest.mark.usefixtures("new_side")

TOKENS = "tokens_in=2000 tokens_out=760"
USD = Decimal("0.010100")
KNOWN = {
    "length": (exceptions.MalformedAnswer, "cut off"),
    "refusal": (exceptions.ProviderRefused, "refuses to answer"),
    "content_filter": (exceptions.ProviderRefused, "content filter"),
    "empty": (exceptions.MalformedAnswer, "no text"),
    "no_choices": (exceptions.MalformedAnswer, "no choices"),
    "broken_json": (exceptions.MalformedAnswer, "not JSON"),
    "prose": (exceptions.MalformedAnswer, "not JSON"),
}
"""What is wrong with an answer that says what it used."""
UNKNOWN = {
    "nonsense": (exceptions.MalformedAnswer, "format"),
    "no_usage": (exceptions.NoUsageReported, "how many tokens"),
    "zero_usage": (exceptions.NoUsageReported, "how many tokens"),
}
"""What is wrong with one that does not say."""
NO_ANSWER = ["429", "500", "400", "404", "408", "409", "cut", "slow"]
WAYS = [*OPERATIONS, "internal_linking", "content_optimization"]


@pytest.fixture
def asked(run, site, monkeypatch):
    """Ask a text model by any of the ways in, with a marker in what it is asked about."""

    def ask(way, marker):
        if way in OPERATIONS:
            return Run(way, site, marker)()
        source = content_of(site, f"All about flour {marker}", html="<p>Flour and water.</p>")
        content_of(site, "Sourdough")
        service = {"internal_linking": LinkerService.link, "content_optimization": OptimizerService.optimize}[way]
        return service(account=site.account, site=site, content_id=source.pk, operation_id="op-1")

    return ask


def unbilled(way):
    (row,) = CreditUsageLog.objects.filter(operation_type=way)
    assert (row.credits_used, row.transaction, row.metadata["operation_id"]) == (0, None, "op-1")
    return row


class TestText:
    @pytest.mark.covering
    @pytest.mark.parametrize("fault", KNOWN)
    @pytest.mark.parametrize("way", WAYS)
    def test_costs_the_customer_nothing_and_is_recorded_at_its_price(self, asked, site, way, fault):
        kind, told = KNOWN[fault]
        with pytest.raises(kind, match=told) as raised:
            asked(way, f"[[sandbox fault={fault} {TOKENS}]]")
        assert type(raised.value) is kind
        row = unbilled(way)
        assert (row.tokens_input, row.tokens_output, row.cost_usd) == (2_000, 760, USD)
        assert (row.model_used, row.metadata["unbilled"]) == ("gpt-5.1", kind.__name__)
        assert Account.objects.get(pk=site.account_id).credits == site.account.credits

    @pytest.mark.covering
    @pytest.mark.parametrize("fault", UNKNOWN)
    @pytest.mark.parametrize("way", WAYS)
    def test_that_does_not_say_what_it_used_is_recorded_at_an_unknown_price(self, asked, way, fault):
        kind, told = UNKNOWN[fault]
        with pytest.raises(kind, match=told):
            asked(way, f"[[sandbox fault={fault}]]")
        row = unbilled(way)
        assert (row.tokens_input, row.tokens_output, row.cost_usd) == (0, 0, None)
        assert row.metadata["unbilled"] == kind.__name__

    @pytest.mark.parametrize("fault", NO_ANSWER)
    def test_that_did_not_come_is_not_recorded(self, asked, settings, fault):
        settings.IGNY8_PROVIDER_TIMEOUT_SECONDS = 0.5
        settings.IGNY8_PROVIDER_TRIES = 1
        with pytest.raises(exceptions.ProviderError):
            asked("clustering", f"[[sandbox fault={fault}]]")
        assert not CreditUsageLog.objects.exists()

    @pytest.mark.parametrize("way", WAYS)
    def test_whose_result_meets_an_unexpected_error_is_recorded_too(self, asked, monkeypatch, way):
        def broken(*_args, **_more):
            raise LookupError("a fault of ours")

        for function in AIFunction.__subclasses__():
            monkeypatch.setattr(function, "parse_response", broken)
        monkeypatch.setattr("igny8_core.business.answers.json_object", broken)
        with pytest.raises(LookupError):
            asked(way, f"[[sandbox {TOKENS}]]")
        row = unbilled(way)
        assert (row.cost_usd, row.metadata["unbilled"]) == (USD, "LookupError")


IMAGES = {
    "prose": (1, "no picture"),
    "address": (1, "the address of a picture"),
    "empty": (0, "no picture"),
    "nonsense": (0, "format"),
}
MODELS = {"dall-e-3": Decimal("0.040"), "runware:97@1": Decimal("0.012"), "google:4@2": Decimal("0.14")}


class TestImage:
    @pytest.fixture
    def account(self, demo):
        return Account.objects.select_related("plan").filter(plan__allows_overrides=True).order_by("pk").first()

    @pytest.fixture
    def draw(self, provider, media, site):
        def ask(model, marker, prompts=1):
            IntegrationSettings.objects.create(account=site.account, image_model=model)
            content = content_of(site)
            rows = [prompt_of(content, position) for position in range(prompts)]
            for row in rows:
                row.prompt = f"{row.prompt} {marker}"
                row.save()
            return operations.generate_images(
                account=site.account, site=site, prompt_ids=[row.pk for row in rows], operation_id="op-1"
            )

        return ask

    @pytest.mark.parametrize("fault", IMAGES)
    @pytest.mark.parametrize("model", MODELS)
    def test_is_recorded_where_it_was_made_and_at_an_unknown_price_where_nobody_knows(self, draw, model, fault):
        made, told = IMAGES[fault]
        outcome = draw(model, f"[[sandbox fault={fault}]]")
        (failure,) = outcome.failures
        assert (failure.error, told in failure.message) == ("MalformedAnswer", True)
        (row,) = CreditUsageLog.objects.all()
        assert (row.credits_used, row.transaction, row.model_used) == (0, None, model)
        assert (row.metadata["unbilled"], row.cost_usd) == ("MalformedAnswer", MODELS[model] if made else None)

    @pytest.mark.parametrize("model", MODELS)
    def test_that_cannot_be_stored_is_recorded(self, draw, monkeypatch, model):
        def full(*_args, **_more):
            raise OSError("No space left on device")

        monkeypatch.setattr(generate_images.default_storage, "save", full)
        with pytest.raises(OSError, match="No space"):
            draw(model, "")
        (row,) = CreditUsageLog.objects.all()
        assert (row.credits_used, row.cost_usd, row.metadata["unbilled"]) == (0, MODELS[model], "OSError")

    @pytest.mark.parametrize("model", MODELS)
    def test_of_a_model_that_is_gone_is_one_error_that_names_its_row(self, draw, provider, model):
        with pytest.raises(exceptions.ModelGone, match=rf"the row '{model}' of AIModelConfig"):
            draw(model, "[[sandbox fault=404]]", prompts=3)
        assert len(provider.requests) == 1
        assert not CreditUsageLog.objects.exists()


class TestModelThatIsGone:
    @pytest.mark.parametrize("way", WAYS)
    def test_is_one_error_that_names_its_row(self, asked, provider, way):
        with pytest.raises(exceptions.ModelGone) as raised:
            asked(way, "[[sandbox fault=404]]")
        told = str(raised.value)
        assert "status 404 (model_not_found), parameter 'model'" in told
        assert "the row 'gpt-5.1' of AIModelConfig" in told
        assert AIModelConfig.objects.filter(model_name="gpt-5.1").exists()
        assert len(provider.requests) == 1
