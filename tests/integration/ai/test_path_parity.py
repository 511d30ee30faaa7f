"""Every AI operation on every way that can reach it, on both sides of every flag: the same, whatever the way.

The provider is the sandbox over real HTTP. Every run starts from the same rows and is rolled back.
"""

from functools import cache

import pytest
from celery import current_app
from django.test import override_settings

from igny8_core.ai.functions import generate_images
from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.migration_plan import PLAN
from igny8_core.seed import seed_demo
from igny8_core.tests.service import TARIFFS
from migration_harness.api import ExecutionPath, current_execution_path
from migration_harness.control.flips import FlagChange, change_flag

from ..content_parts import API, client_of
from .execution_paths import OPERATIONS, Way, observe, rolled_back

FLAG_OF = {seam: flag.name for flag in PLAN.flags for seam in flag.seams}
SIDES = {
    "shadow": frozenset(),
    "between": frozenset({"integration-provider-keys", "model-selection"}),
    "live": frozenset(flag.name for flag in PLAN.flags),
}
"""The flags that everyone is in: none, those that the prices require, all. The others are at shadow."""
TEXT_SEAMS = {"credits.text", "keys.provider_key", "models.cost_usd", "models.default", "models.provider"}
IMAGE_SEAMS = TEXT_SEAMS - {"credits.text"} | {"credits.image", "models.image_size", "models.quality_tier"}

EVERY = [
    pytest.param(name, side, way, id=f"{name}-{side}-{way}")
    for name, operation in OPERATIONS.items()
    for side in SIDES
    for way in operation.ways
]
OTHERS = [case for case in EVERY if case.values[2] is not Way.BUTTON]


def switch(side):
    """Put everyone into the cohorts of a side."""
    for flag in sorted(SIDES[side]):
        change_flag(name=flag, change=FlagChange(everyone=True), actor="test")


def stage_of(seam, side):
    return "live" if FLAG_OF[seam] in SIDES[side] else "shadow"


@pytest.fixture(scope="module")
def started(django_db_setup, django_db_blocker, tmp_path_factory):
    """The sandbox, and the demo's account that may choose models, which chose none."""
    with (
        sandbox() as provider,
        override_settings(IGNY8_SANDBOX_URL=provider.url, MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        django_db_blocker.unblock(),
        rolled_back(),
    ):
        current_app.loader.import_default_modules()
        seed_demo()
        account = Account.objects.select_related("plan").get(name="Blue Harbour")
        client_of(account, "customer")
        yield provider, account


@pytest.fixture(scope="module")
def run(started):
    provider, account = started

    def run(name, side, way):
        with rolled_back():
            switch(side)
            site, user = account.sites.select_related("account__plan").get(), account.users.get()
            return observe(name, way, site=site, user=user, provider=provider)

    return run


@pytest.fixture(scope="module")
def observed(run):
    """Run each case once, however many tests look at it."""
    return cache(run)


class TestOperation:
    @pytest.mark.parametrize(("name", "side", "way"), OTHERS)
    def test_is_the_same_on_every_way(self, observed, name, side, way):
        assert observed(name, side, way).result == observed(name, side, Way.BUTTON).result

    @pytest.mark.parametrize(("name", "side", "way"), EVERY)
    def test_is_charged_and_logged_by_the_rules_of_its_side(self, observed, name, side, way):
        result, number = observed(name, side, way).result, OPERATIONS[name].charges
        assert len(result.wire) == len(result.ledger) == len(result.usage) == number
        for entry, log in zip(result.ledger, result.usage, strict=True):
            assert (log["model_used"], log["credits_used"]) == rule(name, side, log)
            priced_by = "candidate" if "model-based-credits" in SIDES[side] else "control"
            assert (entry["amount"], entry["priced_by"]) == (-log["credits_used"], priced_by)
        assert result.made

    @pytest.mark.parametrize(("name", "side", "way"), EVERY)
    def test_is_compared_in_its_stratum(self, observed, name, side, way):
        seen, operation = observed(name, side, way), OPERATIONS[name]
        path = operation.paths[operation.ways.index(way)]
        assert seen.paths == {path}
        assert seen.strata == [(path, name, *priced_on(model)) for model in seen.result.models]
        assert {(seam, stage) for seam, stage, *_ in seen.result.comparisons} == {
            (seam, stage_of(seam, side)) for seam in (IMAGE_SEAMS if name == "image_generation" else TEXT_SEAMS)
        }
        assert {c[-3] for c in seen.result.comparisons} <= {"match", "intended"}


def priced_on(model):
    """The model whose new price is compared: the default that the account will have, and in whose place."""
    return ("gpt-5.1", "instead of gpt-4o-mini") if model == "gpt-4o-mini" else (model,)


def rule(name, side, log):
    """The model and the credits of a usage log: by the operation's tariff, or by the model's price."""
    if name == "image_generation":
        return "dall-e-3", 5
    tokens = log["tokens_input"] + log["tokens_output"]
    per_credit, least = (1_000, 1) if "model-based-credits" in SIDES[side] else TARIFFS[name]
    model = "gpt-5.1" if "model-selection" in SIDES[side] else "gpt-4o-mini"
    return model, max(-(-tokens // per_credit), least)


class TestSide:
    @pytest.mark.parametrize(("side", "status"), [("shadow", 404), ("between", 404), ("live", 200)])
    def test_is_that_of_every_flag(self, started, side, status):
        """The two flags that no operation asks, too."""
        with rolled_back():
            switch(side)
            customer = client_of(started[1])
            assert customer.get(f"{API}system/ai-models/").status_code == status
            assert customer.get(f"{API}auth/me/").json()["data"]["flags"] == {"dynamic-model-choices": status == 200}


class TestParity:
    """Shows that a fault on one way alone is seen."""

    def test_notices_a_charge_that_is_logged_otherwise_by_the_clock(self, observed, run, monkeypatch):
        charge = CreditService.deduct_credits_for_operation

        def deduct(*, metadata, **more):
            if current_execution_path() is ExecutionPath.SCHEDULED:
                metadata = {}
            return charge(metadata=metadata, **more)

        monkeypatch.setattr(CreditService, "deduct_credits_for_operation", staticmethod(deduct))
        faulty = run("clustering", "shadow", Way.SCHEDULED).result
        assert faulty.usage != observed("clustering", "shadow", Way.BUTTON).result.usage

    def test_notices_another_payload_of_the_button(self, observed, run, monkeypatch):
        size = generate_images.image_size

        def image_size(**call):
            return "1024x1024" if current_execution_path() is ExecutionPath.MANUAL else size(**call)

        monkeypatch.setattr(generate_images, "image_size", image_size)
        faulty = run("image_generation", "live", Way.BUTTON).result
        assert faulty.wire != observed("image_generation", "live", Way.SERVICE).result.wire
