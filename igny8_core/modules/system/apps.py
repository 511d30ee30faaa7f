"""Settings of the whole installation."""

from django.apps import AppConfig


class SystemConfig(AppConfig):
    """The app that owns the global settings row."""

    name = "igny8_core.modules.system"
    label = "system"
    verbose_name = "System"
