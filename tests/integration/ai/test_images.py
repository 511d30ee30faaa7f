"""Images, against the sandbox over real HTTP: each is checked, charged, logged and stored by itself."""

from decimal import Decimal
from hashlib import sha256

import pytest

from igny8_core.ai import exceptions, operations
from igny8_core.ai.ai_core import AICore
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError, InsufficientCreditsError
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, CreditUsageLog, IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.writer.models import Image
from migration_harness.deciding.stages import Stage

from ..content_parts import content_of, prompt_of, site_of
from .conftest import everyone_at
from .operation_runs import spend_all
from .state import charges_of, state_of

pytestmark = pytest.mark.usefixtures("new_side")

TODAY = pytest.param(Stage.OFF, marks=pytest.mark.legacy)
FAULTS = {
    "slow": "ProviderTimedOut",
    "429": "ProviderRateLimited",
    "500": "ProviderUnavailable",
    "400": "ProviderRefused",
    "cut": "AnswerCutOff",
    "nonsense": "MalformedAnswer",
    "prose": "MalformedAnswer",
}
MODELS = {"dall-e-3": (5, 5), "runware:97@1": (5, 1), "google:4@2": (7, 15)}
"""Credits for one image: today, and by the price list."""


@pytest.fixture
def account(demo):
    return Account.objects.select_related("plan").filter(plan__allows_overrides=True).order_by("pk").first()


@pytest.fixture
def prompts(site):
    """A featured image and two in the article."""
    content = content_of(site)
    return [prompt_of(content, position) for position in range(3)]


@pytest.fixture
def draw(provider, media, site, prompts):
    def call(operation_id="op-1", **more):
        values = {"account": site.account, "site": site, "prompt_ids": [prompt.pk for prompt in prompts]}
        return operations.generate_images(operation_id=operation_id, **values | more)

    return call


def mark(prompt, marker):
    prompt.prompt = f"{prompt.prompt} {marker}"
    prompt.save()


def choose(account, model):
    IntegrationSettings.objects.update_or_create(account=account, site=None, defaults={"image_model": model})


def files_of(media):
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


class TestImages:
    @pytest.mark.parametrize("model", MODELS)
    @pytest.mark.parametrize("stage", [TODAY, Stage.COMPLETE])
    def test_are_charged_and_logged_one_by_one(self, draw, account, prompts, model, stage):
        choose(account, model)
        price = MODELS[model][stage is Stage.COMPLETE]
        before = account.credits
        with everyone_at(stage):
            outcome = draw()
        assert [(image.credits, image.model, image.operation_id) for image in outcome.images] == [
            (price, model, f"op-1:{prompt.pk}") for prompt in prompts
        ]
        assert outcome.failures == ()
        account.refresh_from_db()
        assert before - account.credits == 3 * price
        for image, prompt in zip(outcome.images, prompts, strict=True):
            charged, (usage,) = charges_of(image.operation_id)
            assert charged == [price]
            assert (usage.operation_type, usage.credits_used, usage.model_used) == ("image_generation", price, model)
            assert (usage.related_object_type, usage.related_object_id) == ("image_prompt", str(prompt.pk))
            assert usage.cost_usd == AIModelConfig.objects.get(model_name=model).cost_per_image
        assert CreditUsageLog.objects.filter(account=account).count() == 3

    def test_have_files_of_their_own_with_the_hash_of_the_row(self, draw, media):
        """Also where two prompts of an article are the same, and so their pictures."""
        draw()
        rows = list(Image.objects.all())
        assert sorted(row.file for row in rows) == files_of(media)
        assert len(rows) == 3
        assert all(sha256((media / row.file).read_bytes()).hexdigest() == row.sha256 for row in rows)

    def test_that_are_made_anew_leave_the_older_files_as_they_were(self, draw, media):
        draw()
        before = {name: (media / name).read_bytes() for name in files_of(media)}
        draw("op-2")
        assert len(files_of(media)) == 6
        assert {name: (media / name).read_bytes() for name in before} == before

    @pytest.mark.parametrize(
        ("model", "landscape"), [("runware:97@1", "1280x768"), ("dall-e-3", "1792x1024"), ("google:4@2", "1376x768")]
    )
    @pytest.mark.parametrize("stage", [TODAY, Stage.COMPLETE])
    def test_have_the_sizes_of_their_model_on_the_wire(self, draw, account, provider, model, landscape, stage):
        choose(account, model)
        with everyone_at(stage):
            draw()
        sizes = [landscape, "1024x1024", "1024x1024"]
        if model == "dall-e-3":
            asked = [request.payload["size"] for request in provider.requests]
        else:
            asked = [f"{task['width']}x{task['height']}" for request in provider.requests for task in request.payload]
        assert asked == list(Image.objects.order_by("pk").values_list("size", flat=True)) == sizes

    def test_have_the_size_of_the_row(self, draw, account, provider):
        AIModelConfig.objects.filter(model_name="dall-e-3").update(landscape_size="1024x1792")
        draw()
        assert provider.requests[0].payload["size"] == "1024x1792"

    def test_look_as_the_account_chose(self, draw, account, provider):
        IntegrationSettings.objects.create(account=account, image_quality="hd")
        GlobalIntegrationSettings.objects.update(image_style="natural")
        draw()
        assert {(r.payload["quality"], r.payload["style"]) for r in provider.requests} == {("hd", "natural")}

    def test_are_made_once_however_often_they_are_asked_for(self, draw, account, provider, media):
        first = draw()
        after = state_of(account), files_of(media)
        again = draw()
        assert [(i.repeated, i.created, i.credits) for i in again.images] == [
            (True, (), i.credits) for i in first.images
        ]
        assert (state_of(account), files_of(media)) == after
        assert len(provider.requests) == 3


class TestFailure:
    @pytest.mark.parametrize("fault", FAULTS)
    @pytest.mark.parametrize("model", ["dall-e-3", "runware:97@1"])
    def test_of_one_costs_nothing_and_stops_no_other(
        self, draw, account, prompts, provider, media, settings, fault, model
    ):
        if fault == "slow":
            # The images before and after it are answered at once, also by a machine that is busy.
            settings.IGNY8_PROVIDER_TIMEOUT_SECONDS = 5
        settings.IGNY8_PROVIDER_TRIES = 1
        choose(account, model)
        mark(prompts[1], f"[[sandbox fault={fault} times=1]]")
        outcome = draw()
        (failure,) = outcome.failures
        assert (failure.prompt_id, failure.error) == (prompts[1].pk, FAULTS[fault])
        assert model in str(failure)
        assert [image.operation_id for image in outcome.images] == [f"op-1:{prompts[i].pk}" for i in (0, 2)]
        assert charges_of(f"op-1:{prompts[1].pk}") == ([], [])
        charged = CreditUsageLog.objects.filter(account=account, credits_used__gt=0)
        unbilled = CreditUsageLog.objects.filter(account=account, credits_used=0)
        assert charged.count() == len(files_of(media)) == 2
        # An answer that came has a price, though nobody pays for it.
        assert unbilled.count() == (fault in {"nonsense", "prose"})

        again = draw()
        assert [image.repeated for image in again.images] == [True, False, True]
        assert charged.count() == len(files_of(media)) == 3
        assert len(provider.requests) == 4

    def test_of_all_by_the_provider_is_told_and_costs_nothing(self, draw, account, prompts, media):
        for prompt in prompts:
            mark(prompt, "[[sandbox fault=400]]")
        before = account.credits
        outcome = draw()
        account.refresh_from_db()
        assert (outcome.images, len(outcome.failures), account.credits) == ((), 3, before)
        assert (Image.objects.count(), CreditUsageLog.objects.filter(account=account).count()) == (0, 0)
        assert not media.exists() or files_of(media) == []

    def test_to_store_the_row_leaves_neither_charge_nor_file(self, draw, account, prompts, media, monkeypatch):
        before = state_of(account)
        monkeypatch.setattr(Image.objects, "create", _refuse)
        with pytest.raises(RuntimeError, match="disk full"):
            draw()
        assert (state_of(account), files_of(media)) == (before, [])


def _refuse(**_values):
    raise RuntimeError("disk full")


class TestBalance:
    def test_that_is_empty_never_reaches_a_provider(self, draw, account, provider, media):
        spend_all(account)
        with pytest.raises(InsufficientCreditsError):
            draw()
        assert provider.requests == []
        assert not media.exists()

    def test_that_ends_in_between_pays_for_those_before(self, draw, account, prompts, provider):
        spend_all(account, but=10)
        outcome = draw()
        account.refresh_from_db()
        assert ([image.credits for image in outcome.images], account.credits) == ([5, 5], 0)
        assert [(f.prompt_id, f.error) for f in outcome.failures] == [(prompts[2].pk, "InsufficientCreditsError")]
        assert len(provider.requests) == 2

    def test_that_is_spent_while_an_image_is_made_pays_nothing(self, draw, account, prompts, media, monkeypatch):
        ask = AICore.generate_image

        def meanwhile(**call):
            made = ask(**call)
            spend_all(account)
            return made

        monkeypatch.setattr("igny8_core.ai.functions.generate_images.AICore.generate_image", meanwhile)
        with pytest.raises(InsufficientCreditsError):
            draw(prompt_ids=[prompts[0].pk])
        unbilled = CreditUsageLog.objects.get(metadata__operation_id=f"op-1:{prompts[0].pk}")
        assert (unbilled.credits_used, unbilled.cost_usd, Image.objects.count()) == (0, Decimal("0.040"), 0)
        assert files_of(media) == []


class TestRefusal:
    """Before any provider is called, and before any credit moves."""

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"is_active": False, "is_default": False}, exceptions.NoDefaultModel),
            ({"credits_per_image": None}, CreditCalculationError),
            ({"cost_per_image": None}, exceptions.PricelessModel),
            ({"landscape_size": None}, exceptions.IncompleteModel),
            ({"quality_tier": None}, exceptions.IncompleteModel),
        ],
        ids=["no default", "no price", "no rate", "no size", "no tier"],
    )
    def test_of_a_model_whose_row_is_not_complete(self, draw, account, prompts, provider, change, error):
        AIModelConfig.objects.filter(model_name="dall-e-3").update(**change)
        with pytest.raises(error):
            draw(prompt_ids=[prompts[0].pk])
        assert provider.requests == []
        assert not CreditTransaction.objects.filter(account=account, transaction_type="deduction").exists()

    def test_of_an_inactive_provider(self, draw, provider):
        IntegrationProvider.objects.filter(pk="openai").update(is_active=False)
        with pytest.raises(exceptions.ProviderKeyMissing, match="inactive"):
            draw()
        assert provider.requests == []

    def test_of_what_belongs_to_another_account(self, draw, account, provider):
        other = Account.objects.exclude(pk=account.pk).first()
        foreign = prompt_of(content_of(site_of(other)))
        with pytest.raises(exceptions.InvalidInput):
            draw(prompt_ids=[foreign.pk])
        with pytest.raises(exceptions.InvalidInput):
            draw(account=other)
        assert provider.requests == []

    def test_of_no_prompts_at_all(self, draw):
        with pytest.raises(exceptions.InvalidInput):
            draw(prompt_ids=[])
