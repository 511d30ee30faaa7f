"""Prices and providers, and the ledger as all others import it. Values and sources: see ``igny8_core.seed``."""

from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from igny8_core.business.billing.ledger_models import (
    ChargedRequest,
    CreditTransaction,
    CreditUsageLog,
    HealedCharge,
    HealedRest,
    OperationType,
)
from igny8_core.business.billing.model_rules import problems_of
from igny8_core.business.billing.signed_prices import PRICE_OF
from igny8_core.encryption import EncryptedSecretField
from igny8_core.ledger_rows import LedgerRows

__all__ = [
    "AIModelConfig",
    "AIModelPriceChange",
    "BillingConfiguration",
    "ChargedRequest",
    "CreditCostConfig",
    "CreditTransaction",
    "CreditUsageLog",
    "HealedCharge",
    "HealedRest",
    "IntegrationProvider",
    "OperationType",
]


class AIModelConfig(models.Model):
    """A model, its provider and its prices: the one source of truth at the end of the migration."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    class ModelType(models.TextChoices):
        """What the model makes."""

        TEXT = "text"
        IMAGE = "image"

    class QualityTier(models.TextChoices):
        """How an image model is offered."""

        BASIC = "basic"
        QUALITY = "quality"
        PREMIUM = "premium"

    model_name = models.CharField(max_length=100, unique=True)
    model_type = models.CharField(max_length=10, choices=ModelType)
    provider = models.CharField(max_length=50)
    display_name = models.CharField(max_length=100)
    input_cost_per_1m = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, blank=True, help_text="USD per million tokens sent."
    )
    output_cost_per_1m = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="USD per million tokens generated.",
    )
    cost_per_image = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, blank=True, help_text="USD per image."
    )
    context_window = models.PositiveIntegerField(null=True, blank=True)
    max_output_tokens = models.PositiveIntegerField(null=True, blank=True)
    valid_sizes = models.JSONField(default=list, blank=True)
    supports_json_mode = models.BooleanField(default=False)
    supports_vision = models.BooleanField(default=False)
    supports_function_calling = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    sort_order = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # New with the migration; nullable, so that yesterday's code runs on today's schema.
    tokens_per_credit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Tokens (in and out) that one credit buys; text models."
    )
    credits_per_image = models.PositiveIntegerField(null=True, blank=True, help_text="Credits; image models.")
    quality_tier = models.CharField(max_length=10, choices=QualityTier, null=True, blank=True)
    square_size = models.CharField(max_length=20, null=True, blank=True)
    landscape_size = models.CharField(max_length=20, null=True, blank=True)
    takes_temperature = models.BooleanField(
        default=True, db_default=True, help_text="Without it no temperature is sent: some text models refuse one."
    )

    class Meta:
        verbose_name = "AI model"
        constraints = [
            models.UniqueConstraint(
                fields=["model_type"], condition=Q(is_default=True), name="one_default_per_model_type"
            ),
            models.CheckConstraint(condition=Q(is_default=False) | Q(is_active=True), name="default_model_is_active"),
            models.CheckConstraint(
                condition=Q(tokens_per_credit=None) | Q(tokens_per_credit__gt=0),
                name="tokens_per_credit_positive",
            ),
            models.CheckConstraint(
                condition=Q(credits_per_image=None) | Q(credits_per_image__gt=0),
                name="credits_per_image_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.model_name

    @property
    def price(self) -> int | None:
        """The price of a model of this type: tokens that one credit buys, or credits that one image costs."""
        found: int | None = getattr(self, PRICE_OF[self.model_type])
        return found

    def clean(self) -> None:
        """Refuse a price that nobody signed, and a type without a default; for forms and ``full_clean``."""
        stored = AIModelConfig.objects.filter(pk=self.pk).first()
        if problems := problems_of(self, stored=stored):
            raise ValidationError(problems)


class AIModelPriceChange(models.Model):
    """One change of a model's price, default or activity. Append-only: a trigger sees to it."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    model = models.ForeignKey(AIModelConfig, on_delete=models.PROTECT, related_name="price_changes")
    field = models.CharField(max_length=50)
    before = models.CharField(max_length=50, blank=True, help_text="Empty: there was none.")
    after = models.CharField(max_length=50, blank=True, help_text="Empty: there is none any more.")
    actor = models.CharField(max_length=150)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "price change"
        indexes = [models.Index(fields=["model", "-id"], name="price_change_by_model")]

    def __str__(self) -> str:
        return f"{self.field}: {self.before or 'none'} → {self.after or 'none'}"


class CreditCostConfig(models.Model):
    """The legacy tariff of one operation."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    operation_type = models.CharField(max_length=50, unique=True, choices=OperationType)
    tokens_per_credit = models.PositiveIntegerField(help_text="Tokens (in and out) that one credit buys.")
    min_credits = models.PositiveIntegerField(default=1, help_text="The least that one operation costs.")
    price_per_credit_usd = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal("0.01"))
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tokens_per_credit__gt=0), name="tariff_tokens_per_credit_positive"),
        ]

    def __str__(self) -> str:
        return self.operation_type


class BillingConfiguration(models.Model):
    """Rates for operations without an active tariff row (singleton, pk=1)."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    default_tokens_per_credit = models.PositiveIntegerField(default=100)
    default_credit_price_usd = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal("0.01"))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="billing_configuration_singleton")]


class IntegrationProvider(models.Model):
    """A provider and its keys, encrypted at rest: one row each."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    class ProviderType(models.TextChoices):
        """What the provider is used for."""

        AI = "ai"
        PAYMENT = "payment"
        EMAIL = "email"
        STORAGE = "storage"

    provider_id = models.CharField(max_length=50, primary_key=True)
    display_name = models.CharField(max_length=100)
    provider_type = models.CharField(max_length=20, choices=ProviderType)
    api_key = EncryptedSecretField(blank=True, default="")
    api_secret = EncryptedSecretField(blank=True, default="")
    webhook_secret = EncryptedSecretField(blank=True, default="")
    base_url = models.URLField(blank=True)
    config = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    is_sandbox = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return self.provider_id
