"""The settings row of the installation: what stays of it."""

from typing import Any

from django.contrib import admin

from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.operators.pages import SingletonAdmin


@admin.register(GlobalIntegrationSettings)
class GlobalIntegrationSettingsAdmin(SingletonAdmin):
    """How texts and images are asked for."""

    fieldsets: Any = (
        ("Texts", {"fields": ("openai_temperature", "openai_max_tokens")}),
        (
            "Images",
            {
                "fields": (
                    "image_quality", "image_style", "max_in_article_images", "desktop_image_size", "mobile_image_size",
                ),
            },
        ),
    )  # fmt: skip
