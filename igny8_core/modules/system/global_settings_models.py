"""The settings row that holds keys and model preferences today."""

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from igny8_core.ledger_rows import LedgerRows


class GlobalIntegrationSettings(models.Model):
    """Singleton (pk=1). The keys and the ``*_model`` choices are legacy; the rest stays."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    OPENAI_MODEL_CHOICES = [
        ("gpt-4.1", "GPT-4.1"),
        ("gpt-4o-mini", "GPT-4o mini"),
        ("gpt-4o", "GPT-4o"),
        ("gpt-5.1", "GPT-5.1"),
        ("gpt-5.2", "GPT-5.2"),
    ]
    DALLE_MODEL_CHOICES = [("dall-e-3", "DALL·E 3"), ("dall-e-2", "DALL·E 2")]
    RUNWARE_MODEL_CHOICES = [
        ("runware:97@1", "Runware 97@1"),
        ("runware:100@1", "Runware 100@1"),
        ("runware:101@1", "Runware 101@1"),
        ("bria:10@1", "Bria 10@1"),
    ]

    openai_api_key = models.CharField(max_length=500, blank=True, default="")
    dalle_api_key = models.CharField(max_length=500, blank=True, default="")
    runware_api_key = models.CharField(max_length=500, blank=True, default="")
    anthropic_api_key = models.CharField(max_length=500, blank=True, default="")
    bria_api_key = models.CharField(max_length=500, blank=True, default="")

    openai_model = models.CharField(max_length=100, choices=OPENAI_MODEL_CHOICES, default="gpt-4o-mini")
    dalle_model = models.CharField(max_length=100, choices=DALLE_MODEL_CHOICES, default="dall-e-3")
    runware_model = models.CharField(max_length=100, choices=RUNWARE_MODEL_CHOICES, default="bria:10@1")
    default_text_provider = models.CharField(max_length=50, default="openai")
    default_image_service = models.CharField(max_length=50, default="openai")

    openai_temperature = models.FloatField(default=0.7, validators=[MinValueValidator(0.0), MaxValueValidator(2.0)])
    openai_max_tokens = models.PositiveIntegerField(default=8192)
    image_quality = models.CharField(
        max_length=20, choices=[("standard", "Standard"), ("hd", "HD")], default="standard"
    )
    image_style = models.CharField(max_length=20, choices=[("vivid", "Vivid"), ("natural", "Natural")], default="vivid")
    max_in_article_images = models.PositiveIntegerField(default=2)
    desktop_image_size = models.CharField(max_length=20, default="1024x1024")
    mobile_image_size = models.CharField(max_length=20, default="512x512")

    class Meta:
        verbose_name_plural = "global integration settings"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="global_settings_singleton")]

    def __str__(self) -> str:
        return "Global integration settings"
