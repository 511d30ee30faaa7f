"""Models, providers and the calls to them."""

from django.apps import AppConfig


class AIConfig(AppConfig):
    """The app that talks to AI providers."""

    name = "igny8_core.ai"
    label = "ai"
    verbose_name = "AI"
