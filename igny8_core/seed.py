"""What an installation starts with: prices, tariffs, settings; and the demo's accounts and keys.

Idempotent: what exists is left as it is, so a price that somebody changed stays changed.
Source of every value: the refactor's planning documents of December 2025 and January 2026; of the longest answers the
provider's own list of models.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import cycle
from typing import Any

from django.db.models import Model

from igny8_core.ai.demo_keys import DEMO_KEYS
from igny8_core.auth.models import Account, Plan, Site
from igny8_core.business.billing.models import (
    AIModelConfig,
    BillingConfiguration,
    CreditCostConfig,
    CreditTransaction,
    IntegrationProvider,
)
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.demo_customers import ACCOUNTS as DEMO_ACCOUNTS
from igny8_core.demo_customers import FIRST_CREDITS
from igny8_core.migration_plan import PLAN
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness.api import Stage, compare_from_the_start, create_flag, read_committed

ACTOR = "seed"

_TEXT = {
    "model_type": "text",
    "provider": "openai",
    "supports_json_mode": True,
    "supports_function_calling": True,
}

MODELS: tuple[dict[str, Any], ...] = (
    {
        **_TEXT,
        "model_name": "gpt-5.1",
        "display_name": "GPT-5.1",
        "is_default": True,
        "input_cost_per_1m": Decimal("1.25"),
        "output_cost_per_1m": Decimal("10.00"),
        "max_output_tokens": 128_000,
        "tokens_per_credit": 1_000,
    },
    {
        **_TEXT,
        "model_name": "gpt-4o",
        "display_name": "GPT-4o",
        "input_cost_per_1m": Decimal("2.50"),
        "output_cost_per_1m": Decimal("10.00"),
        "max_output_tokens": 16_384,
        "tokens_per_credit": 1_000,
    },
    {
        **_TEXT,
        "model_name": "gpt-4o-mini",
        "display_name": "GPT-4o mini",
        "input_cost_per_1m": Decimal("0.15"),
        "output_cost_per_1m": Decimal("0.60"),
        "max_output_tokens": 16_384,
        "tokens_per_credit": 10_000,
    },
    {
        "model_name": "runware:97@1",
        "model_type": "image",
        "provider": "runware",
        "display_name": "Basic",
        "cost_per_image": Decimal("0.012"),
        "credits_per_image": 1,
        "quality_tier": "basic",
        "square_size": "1024x1024",
        "landscape_size": "1280x768",
        "valid_sizes": ["1024x1024", "1280x768"],
    },
    {
        "model_name": "dall-e-3",
        "model_type": "image",
        "provider": "openai",
        "display_name": "Quality",
        "is_default": True,
        "cost_per_image": Decimal("0.040"),
        "credits_per_image": 5,
        "quality_tier": "quality",
        "square_size": "1024x1024",
        "landscape_size": "1792x1024",
        "valid_sizes": ["1024x1024", "1792x1024"],
    },
    {
        "model_name": "google:4@2",
        "model_type": "image",
        "provider": "runware",
        "display_name": "Premium",
        "cost_per_image": Decimal("0.14"),
        "credits_per_image": 15,
        "quality_tier": "premium",
        "square_size": "1024x1024",
        "landscape_size": "1376x768",
        "valid_sizes": ["1024x1024", "1376x768"],
    },
)

TARIFFS = (
    # operation_type, tokens_per_credit, min_credits, price_per_credit_usd
    ("clustering", 150, 2, Decimal("0.01")),
    ("idea_generation", 200, 1, Decimal("0.01")),
    ("content_generation", 100, 3, Decimal("0.01")),
    ("image_prompt_extraction", 100, 1, Decimal("0.01")),
    ("internal_linking", 300, 1, Decimal("0.005")),
    ("content_optimization", 200, 1, Decimal("0.005")),
    ("image_generation", 50, 5, Decimal("0.02")),
)

PROVIDERS = (
    ("openai", "OpenAI", "ai"),
    ("runware", "Runware", "ai"),
    ("resend", "Resend", "email"),
    ("stripe", "Stripe", "payment"),
)

DEMO_PLANS = (
    ("Free", 1_000, False),
    ("Starter", 10_000, True),
    ("Growth", 50_000, True),
    ("Scale", 250_000, True),
)
DEMO_RETIRED = {"Kestrel Drones": {"text_model": "gpt-4.1"}, "Linden Realty": {"image_model": "dall-e-2"}}
"""What the sites of two accounts have chosen: models that the new price list does not have."""
DEMO_IMAGE_SERVICE = {"Juniper Foods": "runware"}
"""An account whose images come from the other service, whose default model is one that has no row."""

DEMO_CREDITS = 250_000
"""Credits of each demo account: enough for the whole trace many times over."""


@read_committed()
def seed() -> None:
    """Create what every installation needs, and the flags of the plan at baseline off."""
    _wait_for_another_seed()
    GlobalIntegrationSettings.objects.get_or_create(pk=1)
    _create_missing("model_name", [AIModelConfig(**row, sort_order=order) for order, row in enumerate(MODELS)])
    # @legacy begin model-based-credits
    _create_missing(
        "operation_type",
        [
            CreditCostConfig(
                operation_type=operation_type,
                tokens_per_credit=tokens_per_credit,
                min_credits=min_credits,
                price_per_credit_usd=price,
            )
            for operation_type, tokens_per_credit, min_credits, price in TARIFFS
        ],
    )
    # @legacy end
    _create_missing(
        "provider_id",
        [
            IntegrationProvider(provider_id=provider_id, display_name=display_name, provider_type=provider_type)
            for provider_id, display_name, provider_type in PROVIDERS
        ],
    )
    for planned in PLAN.flags:
        create_flag(planned=planned, baseline=Stage.OFF, actor=ACTOR)


def _wait_for_another_seed() -> None:
    """Let of two seeds one wait until the other one is committed, and find everything then."""
    BillingConfiguration.objects.select_for_update().get_or_create(pk=1)


def _create_missing(key: str, rows: Sequence[Model]) -> None:
    """Create the rows whose ``key`` is not there yet; what is there stays as it is."""
    table = type(rows[0])._default_manager  # noqa: SLF001  Django's documented name.
    there = set(table.values_list(key, flat=True))
    table.bulk_create([row for row in rows if getattr(row, key) not in there])


def seed_demo() -> None:
    """Create the demo as well: plans, twelve funded accounts, keys on both sides, flags at baseline shadow.

    What went before makes no difference, not even on the trail: every flag is made at ``off`` and compared afterwards.
    One that somebody has changed since stays as it is.
    """
    seed()
    _demo_rows()
    for planned in PLAN.flags:
        compare_from_the_start(name=planned.name, actor=ACTOR, reason="The demo compares from the start.")


@read_committed()
def _demo_rows() -> None:
    _wait_for_another_seed()
    _create_missing(
        "name",
        [
            Plan(name=name, included_credits=included, allows_overrides=allows_overrides)
            for name, included, allows_overrides in DEMO_PLANS
        ],
    )
    plans = Plan.objects.in_bulk([name for name, _, _ in DEMO_PLANS], field_name="name")
    # A name is no key: a customer's own account may have it, too.
    there = set(Account.objects.filter(name__in=DEMO_ACCOUNTS).values_list("name", flat=True))
    for name, plan in zip(DEMO_ACCOUNTS, cycle(plans[name] for name, _, _ in DEMO_PLANS), strict=False):
        if name not in there:
            _demo_account(name, plan=plan)
    _demo_keys()


def _demo_account(name: str, *, plan: Plan) -> None:
    account = Account.objects.create(name=name, plan=plan)
    site = Site.objects.create(account=account, name=f"{name} blog")
    if chosen := DEMO_RETIRED.get(name):
        IntegrationSettings.objects.create(account=account, site=site, **chosen)
    if service := DEMO_IMAGE_SERVICE.get(name):
        IntegrationSettings.objects.create(account=account, image_service=service)
    CreditService.add_credits(
        account=account,
        amount=DEMO_CREDITS,
        transaction_type=CreditTransaction.TransactionType.SUBSCRIPTION,
        description="Demo credits",
        operation_id=f"{FIRST_CREDITS}{account.pk}",
    )


def _demo_keys() -> None:
    # @legacy begin integration-provider-keys
    settings = GlobalIntegrationSettings.objects.get(pk=1)
    if not settings.openai_api_key and not settings.runware_api_key:
        settings.openai_api_key = DEMO_KEYS["openai"]
        settings.runware_api_key = DEMO_KEYS["runware"]
        settings.save(update_fields=["openai_api_key", "runware_api_key"])
    # @legacy end
    for provider in IntegrationProvider.objects.filter(pk__in=DEMO_KEYS):
        if not provider.api_key:
            provider.api_key = DEMO_KEYS[provider.pk]
            provider.save(update_fields=["api_key", "updated_at"])
