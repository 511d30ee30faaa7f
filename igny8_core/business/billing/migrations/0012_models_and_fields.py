"""Phase 1 of the migration: providers with keys of their own, prices and sizes on the models, and the prices' history.

Its way back is ``harness rollback --phase 1``. See Note [Laid anew] in 0001_initial.
"""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import igny8_core.encryption

FIELDS = {
    "tokens_per_credit": models.PositiveIntegerField(
        null=True, blank=True, help_text="Tokens (in and out) that one credit buys; text models."
    ),
    "credits_per_image": models.PositiveIntegerField(null=True, blank=True, help_text="Credits; image models."),
    "quality_tier": models.CharField(
        max_length=10,
        choices=[("basic", "Basic"), ("quality", "Quality"), ("premium", "Premium")],
        null=True,
        blank=True,
    ),
    "square_size": models.CharField(max_length=20, null=True, blank=True),
    "landscape_size": models.CharField(max_length=20, null=True, blank=True),
    "takes_temperature": models.BooleanField(
        default=True,
        db_default=True,
        help_text="Without it no temperature is sent: some text models refuse one.",
    ),
}


def positive(field):
    """Return the constraint of a price."""
    condition = models.Q(**{field: None}) | models.Q(**{f"{field}__gt": 0})
    return migrations.AddConstraint(
        "aimodelconfig", models.CheckConstraint(condition=condition, name=f"{field}_positive")
    )


class Migration(migrations.Migration):
    replaces = [("billing", "0004_price_changes"), ("billing", "0010_takes_temperature")]

    dependencies = [
        ("billing", "0011_sign_fits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IntegrationProvider",
            fields=[
                ("provider_id", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("display_name", models.CharField(max_length=100)),
                (
                    "provider_type",
                    models.CharField(
                        choices=[("ai", "Ai"), ("payment", "Payment"), ("email", "Email"), ("storage", "Storage")],
                        max_length=20,
                    ),
                ),
                ("api_key", igny8_core.encryption.EncryptedSecretField(blank=True, default="")),
                ("api_secret", igny8_core.encryption.EncryptedSecretField(blank=True, default="")),
                ("webhook_secret", igny8_core.encryption.EncryptedSecretField(blank=True, default="")),
                ("base_url", models.URLField(blank=True)),
                ("config", models.JSONField(blank=True, default=dict)),
                ("is_active", models.BooleanField(default=True)),
                ("is_sandbox", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        *(migrations.AddField("aimodelconfig", name, field) for name, field in FIELDS.items()),
        positive("tokens_per_credit"),
        positive("credits_per_image"),
        migrations.CreateModel(
            name="AIModelPriceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=50)),
                ("before", models.CharField(blank=True, help_text="Empty: there was none.", max_length=50)),
                ("after", models.CharField(blank=True, help_text="Empty: there is none any more.", max_length=50)),
                ("actor", models.CharField(max_length=150)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="price_changes",
                        to="billing.aimodelconfig",
                    ),
                ),
            ],
            options={
                "verbose_name": "price change",
                "indexes": [models.Index(fields=["model", "-id"], name="price_change_by_model")],
            },
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "price_history.sql").read_text(),
            """
            DROP TRIGGER price_history_is_final ON billing_aimodelpricechange;
            DROP FUNCTION igny8_price_history_is_final;
            """,
        ),
    ]
