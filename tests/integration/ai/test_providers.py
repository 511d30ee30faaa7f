"""The providers' wire formats, over real HTTP: what is asked, what is made of the answer, and every misbehaviour."""

import logging
import re
import traceback
from decimal import Decimal
from uuid import UUID

import httpx2
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from igny8_core.ai import exceptions
from igny8_core.ai.ai_core import AICore
from igny8_core.ai.sandbox import sandbox
from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import DEMO_KEYS
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("new_side")

REAL_KEY = "sk-real-8e51c0ffee"
PICTURES = ["dall-e-3", "runware:97@1", "google:4@2"]


@pytest.fixture
def complete(account, provider):
    def ask(prompt="Say something", **more):
        values = {"model": "gpt-5.1", "system": "Be brief.", "max_tokens": 500, "temperature": 0.7}
        return AICore.complete(account=account, prompt=prompt, operation="clustering", **values | more)

    return ask


@pytest.fixture
def draw(account, provider):
    def ask(prompt="A barn", model="dall-e-3", size="1024x1024", **more):
        return AICore.generate_image(
            account=account, model=model, prompt=prompt, size=size, operation="image_generation", **more
        )

    return ask


def keys(key):
    """Give both providers this key."""
    for row in IntegrationProvider.objects.filter(pk__in=DEMO_KEYS):
        row.api_key = key
        row.save()


def chain_of(error):
    """An error with all that it came from, also what a traceback would not show."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


class TestText:
    def test_is_asked_for_in_openais_format(self, complete, provider):
        complete("Tell me", json_mode=True)
        (request,) = provider.requests
        assert (request.method, request.path) == ("POST", "/v1/chat/completions")
        assert request.payload == {
            "model": "gpt-5.1",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Tell me"}],
            "max_completion_tokens": 500,
            "temperature": 0.7,
            "response_format": {"type": "json_object"},
        }  # fmt: skip

    def test_comes_with_what_it_used(self, complete):
        answer = complete("Tell me [[sandbox tokens_in=1200 tokens_out=300]]")
        assert (answer.model, answer.usage) == ("gpt-5.1", Usage(tokens_input=1200, tokens_output=300))
        assert answer.text


class TestImage:
    def test_of_openai_is_asked_for_in_its_format(self, draw, provider):
        draw("A barn", size="1792x1024")
        (request,) = provider.requests
        assert request.path == "/v1/images/generations"
        assert request.payload == {
            "model": "dall-e-3", "prompt": "A barn", "size": "1792x1024", "n": 1, "response_format": "b64_json",
        }  # fmt: skip

    @pytest.mark.parametrize(("model", "steps"), [("runware:97@1", {"steps": 20, "CFGScale": 7}), ("google:4@2", {})])
    def test_of_runware_is_a_task_and_only_its_own_models_have_steps(self, draw, provider, model, steps):
        draw("A barn", model=model, size="1280x768")
        (request,) = provider.requests
        assert request.path == "/v1"
        assert request.payload == [
            {
                "taskType": "imageInference", "positivePrompt": "A barn", "model": model, "width": 1280, "height": 768,
                "numberResults": 1, "outputType": "base64Data", "outputFormat": "PNG", **steps,
            }
        ]  # fmt: skip
        assert UUID(request.body[0]["taskUUID"]).version == 4

    @pytest.mark.parametrize(
        ("model", "usd"), [("dall-e-3", "0.040"), ("runware:97@1", "0.012"), ("google:4@2", "0.14")]
    )
    def test_is_a_picture_and_knows_what_it_cost(self, draw, model, usd):
        made = draw(model=model)
        assert made.content.startswith(b"\x89PNG")
        assert (made.mime_type, made.model, made.cost_usd) == ("image/png", model, Decimal(usd))


FAULTS = [
    ("404", exceptions.ModelGone, r"404 \(model_not_found\), parameter 'model'"),
    ("408", exceptions.ProviderUnavailable, "408"),
    ("409", exceptions.ProviderUnavailable, "409"),
    ("slow", exceptions.ProviderTimedOut, "no answer within"),
    ("trickle", exceptions.ProviderTimedOut, "no answer within"),
    ("429", exceptions.ProviderRateLimited, "429"),
    ("500", exceptions.ProviderUnavailable, "500"),
    ("cut", exceptions.AnswerCutOff, "broke during the answer"),
    ("400", exceptions.ProviderRefused, "content_policy_violation"),
    ("nonsense", exceptions.MalformedAnswer, "format"),
]
TEXT_FAULTS = [
    *FAULTS,
    ("no_usage", exceptions.NoUsageReported, "tokens"),
    ("zero_usage", exceptions.NoUsageReported, "tokens"),
    ("length", exceptions.MalformedAnswer, "cut off"),
    ("refusal", exceptions.ProviderRefused, "refuses to answer"),
    ("content_filter", exceptions.ProviderRefused, "content filter"),
    ("empty", exceptions.MalformedAnswer, "no text"),
    ("no_choices", exceptions.MalformedAnswer, "no choices"),
]
IMAGE_FAULTS = [
    *FAULTS,
    ("prose", exceptions.MalformedAnswer, "no picture"),
    ("empty", exceptions.MalformedAnswer, "no picture"),
    ("address", exceptions.MalformedAnswer, "the address of a picture"),
]
ASKED_AGAIN = {"408", "409", "429", "500"}
NEVER_ANSWERED = {"slow", "trickle"}


def asked(provider, fault):
    """Whether the provider was asked as often as this fault allows: it may still be reading what nobody waits for."""
    times = 3 if fault in ASKED_AGAIN else 1
    return until(lambda: len(provider.requests) >= times) and len(provider.requests) == times


class TestMisbehaviour:
    """Each is an error that names provider and model, and says what happened."""

    @pytest.fixture
    def patience(self, settings):
        """Be impatient with who never answers, and with nobody else: a slow machine is no fault of a provider."""

        def limit(fault):
            if fault in NEVER_ANSWERED:
                settings.IGNY8_PROVIDER_TIMEOUT_SECONDS = 0.5

        return limit

    @pytest.mark.parametrize(("fault", "error", "told"), TEXT_FAULTS, ids=[fault for fault, *_ in TEXT_FAULTS])
    def test_of_a_text_model(self, complete, provider, patience, fault, error, told):
        patience(fault)
        with pytest.raises(error, match=rf"^openai, model gpt-5\.1: .*{told}") as raised:
            complete(f"Hi [[sandbox fault={fault}]]")
        assert type(raised.value) is error
        assert asked(provider, fault)

    @pytest.mark.covering
    @pytest.mark.parametrize(("fault", "error", "told"), IMAGE_FAULTS, ids=[fault for fault, *_ in IMAGE_FAULTS])
    @pytest.mark.parametrize(("model", "name"), [("dall-e-3", "openai"), ("runware:97@1", "runware")])
    def test_of_an_image_model(self, draw, provider, patience, model, name, fault, error, told):
        patience(fault)
        with pytest.raises(error, match=rf"^{name}, model {model}: .*{told}") as raised:
            draw(f"Hi [[sandbox fault={fault}]]", model=model)
        assert type(raised.value) is error
        assert asked(provider, fault)

    def test_nobody_listening_is_asked_again_and_then_an_error(self, complete, settings):
        settings.IGNY8_SANDBOX_URL = "http://127.0.0.1:1"
        with pytest.raises(exceptions.ProviderUnavailable, match="cannot be reached"):
            complete()

    @pytest.mark.parametrize("fault", sorted(ASKED_AGAIN))
    def test_that_passes_is_overcome_by_asking_again(self, complete, draw, provider, fault):
        assert complete(f"Hi [[sandbox fault={fault} times=2]]").text
        assert draw(f"Hi [[sandbox fault={fault} times=2 id=image]]", model="runware:97@1").content
        assert [request.status for request in provider.requests] == [int(fault), int(fault), 200] * 2

    @pytest.mark.parametrize("pause", ["retry_after=3600", "retry_after_ms=3600000", "retry_at=3600"])
    @pytest.mark.parametrize("fault", sorted(ASKED_AGAIN))
    def test_that_asks_for_a_longer_pause_than_anybody_waits_is_not_asked_again(self, complete, provider, fault, pause):
        with pytest.raises(exceptions.ProviderError) as raised:
            complete(f"Hi [[sandbox fault={fault} {pause}]]")
        assert raised.value.retry_after_seconds == pytest.approx(3_600, abs=2)
        assert len(provider.requests) == 1

    @pytest.mark.parametrize("pause", ["retry_after=0", "retry_after_ms=1", "retry_at=-60", "retry_after=soon"])
    @pytest.mark.parametrize("fault", sorted(ASKED_AGAIN))
    def test_that_asks_for_a_short_pause_is_overcome(self, complete, provider, fault, pause):
        assert complete(f"Hi [[sandbox fault={fault} times=1 {pause}]]").text
        assert len(provider.requests) == 2


class TestKeys:
    """A real key never reaches a sandbox, a demo key never a provider, and no key anything that is read."""

    @pytest.fixture
    def other(self):
        """A provider at an address of its own, which is no sandbox of ours."""
        with sandbox() as server:
            yield server

    def test_of_the_demo_leads_to_the_sandbox(self, complete, draw, provider):
        complete()
        draw(model="runware:97@1")
        assert [r.key for r in provider.requests] == [provider.record.fingerprint(k) for k in DEMO_KEYS.values()]

    def test_goes_to_the_address_of_the_providers_row(self, complete, provider, other):
        keys(REAL_KEY)
        IntegrationProvider.objects.filter(pk="openai").update(base_url=f"{other.url}/v1/")
        complete()
        assert [r.key for r in other.requests] == [other.record.fingerprint(REAL_KEY)]
        assert provider.requests == []

    def test_that_is_new_is_used_by_the_next_call(self, complete, other):
        IntegrationProvider.objects.filter(pk="openai").update(base_url=f"{other.url}/v1")
        for key in (REAL_KEY, f"{REAL_KEY}-2"):
            keys(key)
            complete()
        assert [r.key for r in other.requests] == [other.record.fingerprint(k) for k in (REAL_KEY, f"{REAL_KEY}-2")]

    @pytest.mark.parametrize("how", ["is_sandbox", "address"])
    def test_that_is_real_never_reaches_a_sandbox(self, complete, provider, how):
        keys(REAL_KEY)
        changes = {"is_sandbox": True} if how == "is_sandbox" else {"base_url": f"{provider.url}/v1"}
        IntegrationProvider.objects.filter(pk="openai").update(**changes)
        complete()
        (request,) = provider.requests
        assert request.key
        assert request.key != provider.record.fingerprint(REAL_KEY)

    def test_of_the_demo_never_reaches_the_provider(self, complete):
        IntegrationProvider.objects.filter(pk="openai").update(base_url="https://api.openai.com/v1")
        with pytest.raises(exceptions.ProviderKeyMissing, match="demo key"):
            complete()

    @pytest.mark.parametrize("key", ["sk-real key", "sk-réal", "sk-real\n"])
    def test_that_cannot_be_one_is_refused_and_not_repeated(self, complete, provider, key):
        keys(key)
        with pytest.raises(exceptions.ProviderKeyMissing) as raised:
            complete()
        assert key.strip() not in "".join(traceback.format_exception(raised.value))
        assert provider.requests == []

    @pytest.mark.parametrize("change", [{"api_key": ""}, {"is_active": False}], ids=["empty", "inactive"])
    def test_that_is_missing_stops_before_any_call(self, complete, provider, change):
        IntegrationProvider.objects.filter(pk="openai").update(**change)
        with pytest.raises(exceptions.ProviderKeyMissing):
            complete()
        assert provider.requests == []

    @pytest.mark.parametrize(("fault", "error", "_told"), TEXT_FAULTS, ids=[fault for fault, *_ in TEXT_FAULTS])
    def test_is_in_no_error_and_no_log_line(self, complete, draw, other, caplog, capfd, settings, fault, error, _told):
        if fault in NEVER_ANSWERED:
            settings.IGNY8_PROVIDER_TIMEOUT_SECONDS = 0.5
        caplog.set_level(logging.DEBUG)
        keys(REAL_KEY)
        IntegrationProvider.objects.update(base_url=f"{other.url}/v1")
        errors = []
        for ask in (complete, lambda prompt: draw(prompt), lambda prompt: draw(prompt, model="runware:97@1")):
            try:
                ask(f"Hi [[sandbox fault={fault}]]")
            except exceptions.ProviderError as raised:
                errors.append(raised)
        assert errors
        for raised in (each for first in errors for each in chain_of(first)):
            assert REAL_KEY not in f"{raised!r} {vars(raised)} {''.join(traceback.format_exception(raised))}"
            # The libraries' own errors hold the request with its headers; they must not travel along.
            assert not hasattr(raised, "request")
        written = capfd.readouterr()
        assert REAL_KEY not in caplog.text + written.out + written.err
        assert all(REAL_KEY not in str(vars(record)) for record in caplog.records)

    def test_is_in_no_error_where_the_client_raises_what_nobody_expects(self, complete, draw, other, monkeypatch):
        def raising(_self, request):
            raise RuntimeError(request.headers["authorization"])

        keys(REAL_KEY)
        IntegrationProvider.objects.update(base_url=f"{other.url}/v1")
        monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", raising)
        for ask in (complete, draw, lambda prompt: draw(prompt, model="runware:97@1")):
            with pytest.raises(exceptions.ProviderError, match="raised RuntimeError") as raised:
                ask("Hi")
            assert all(REAL_KEY not in f"{each!r} {vars(each)}" for each in chain_of(raised.value))

    def test_that_the_provider_does_not_know_is_a_refusal_without_the_key(self, complete, monkeypatch, other):
        monkeypatch.setattr("igny8_core.ai.sandbox.chat.complete", lambda *_args, **_more: _wrong_key(), raising=True)
        keys(REAL_KEY)
        IntegrationProvider.objects.filter(pk="openai").update(base_url=f"{other.url}/v1")
        with pytest.raises(exceptions.ProviderRefused, match="API key is not accepted, status 401") as raised:
            complete()
        assert "sk-" not in str(raised.value)


def _wrong_key():
    from igny8_core.ai.sandbox.wire import Rejected

    raise Rejected("Incorrect API key provided: sk-re***ffee.", status=401, code="invalid_api_key")


class TestOpenTransaction:
    def test_is_refused_before_any_call(self, complete, draw, provider):
        for ask in (complete, draw):
            with transaction.atomic(), pytest.raises(exceptions.InsideTransaction, match="is open"):
                ask()
        assert provider.requests == []


class TestGuardedSide:
    def test_calls_no_provider(self, account, provider, own_seams):
        from migration_harness.api import Seam
        from migration_harness.models import Comparison

        def candidate(*, account):
            AICore.complete(
                account=account, model="gpt-5.1", system="x", prompt="x", max_tokens=5, temperature=0, operation="x"
            )

        seam = Seam(
            name="trial.guarded", flag="trial", control=lambda *, account: None, candidate=candidate,
            subject=lambda *, account: account.pk,
        )  # fmt: skip
        with fixed_flags(flag_at("trial", Stage.SHADOW)):
            seam(account=account)
        assert provider.requests == []
        assert Comparison.objects.get(seam="trial.guarded").verdict == "blocked"


class TestModel:
    """On the new side nothing is asked of a model that has no active, priced row."""

    @pytest.mark.parametrize(
        ("model", "change", "error"),
        [
            ("gpt-4.1", {}, exceptions.UnknownModel),
            ("gpt-4o", {"is_active": False}, exceptions.InactiveModel),
            ("gpt-4o", {"input_cost_per_1m": None}, exceptions.PricelessModel),
            ("gpt-4o", {"output_cost_per_1m": None}, exceptions.PricelessModel),
            ("dall-e-3", {}, exceptions.UnknownModel),
        ],
        ids=["unknown", "inactive", "no price in", "no price out", "of another type"],
    )
    def test_without_a_row_that_serves_is_refused_before_any_call(self, complete, provider, model, change, error):
        if change:
            AIModelConfig.objects.filter(model_name=model).update(**change)
        with pytest.raises(error, match=re.escape(model)):
            complete(model=model)
        assert provider.requests == []

    @pytest.mark.parametrize(
        ("model", "change", "error"),
        [
            ("bria:10@1", {}, exceptions.UnknownModel),
            ("google:4@2", {"is_active": False}, exceptions.InactiveModel),
            ("google:4@2", {"cost_per_image": None}, exceptions.PricelessModel),
            ("google:4@2", {"provider": "anthropic"}, exceptions.UnknownModel),
        ],
        ids=["unknown", "inactive", "no price", "of a provider that nobody asks"],
    )
    def test_of_images_too(self, draw, provider, model, change, error):
        if change:
            AIModelConfig.objects.filter(model_name=model).update(**change)
        with pytest.raises(error, match=re.escape(model)):
            draw(model=model)
        assert provider.requests == []


class TestTimeLimitOfTheWorker:
    """It concerns the process: no error of a provider's, and nobody asks again."""

    @pytest.fixture
    def reached(self, monkeypatch):
        def send(*_):
            reached.append(1)
            raise SoftTimeLimitExceeded

        reached: list[int] = []
        monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", send)
        return reached

    def test_passes_while_a_text_is_asked_for(self, complete, reached):
        with pytest.raises(SoftTimeLimitExceeded):
            complete()
        assert reached == [1]

    @pytest.mark.parametrize("model", PICTURES)
    def test_passes_while_a_picture_is_asked_for(self, draw, reached, model):
        with pytest.raises(SoftTimeLimitExceeded):
            draw(model=model)
        assert reached == [1]
