"""Phase 2 of the migration: what the parallel code paths read. A new installation gets it from its seed.

Only what is empty is filled: a price that somebody changed, or took away, stays as it is. Its way back,
``harness rollback --phase 2``, leaves the tables and columns of phase 1 as that phase made them: empty.
"""

from django.db import migrations

EMPTY = {"tokens_per_credit": None, "credits_per_image": None, "quality_tier": None, "square_size": None, "landscape_size": None}
SQUARE = "1024x1024"
SIGNED = {
    "gpt-5.1": {"tokens_per_credit": 1_000},
    "gpt-4o": {"tokens_per_credit": 1_000},
    "gpt-4o-mini": {"tokens_per_credit": 10_000},
    "runware:97@1": {"credits_per_image": 1, "quality_tier": "basic", "square_size": SQUARE, "landscape_size": "1280x768"},
    "dall-e-3": {"credits_per_image": 5, "quality_tier": "quality", "square_size": SQUARE, "landscape_size": "1792x1024"},
    "google:4@2": {"credits_per_image": 15, "quality_tier": "premium", "square_size": SQUARE, "landscape_size": "1376x768"},
}  # fmt: skip
PROVIDERS = (
    ("openai", "OpenAI", "ai"),
    ("runware", "Runware", "ai"),
    ("resend", "Resend", "email"),
    ("stripe", "Stripe", "payment"),
)


def fill(apps, schema_editor):
    """Give the models of before their signed prices, tiers and sizes, and the providers their rows, without keys."""
    models, providers = apps.get_model("billing", "AIModelConfig"), apps.get_model("billing", "IntegrationProvider")
    there = models.objects.using(schema_editor.connection.alias)
    if not there.exists():
        return
    for name, signed in SIGNED.items():
        there.filter(model_name=name, price_changes=None, **EMPTY).update(**signed)
    for provider_id, display_name, provider_type in PROVIDERS:
        providers.objects.using(schema_editor.connection.alias).get_or_create(
            provider_id=provider_id, defaults={"display_name": display_name, "provider_type": provider_type}
        )


def empty(apps, schema_editor):
    """Take all of it away, whoever entered it."""
    alias = schema_editor.connection.alias
    apps.get_model("billing", "IntegrationProvider").objects.using(alias).all().delete()
    apps.get_model("billing", "AIModelConfig").objects.using(alias).update(takes_temperature=True, **EMPTY)


class Migration(migrations.Migration):
    dependencies = [("billing", "0012_models_and_fields")]

    operations = [migrations.RunPython(fill, empty)]
