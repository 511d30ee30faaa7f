"""Links between the contents of a site."""

from django.apps import AppConfig


class LinkerConfig(AppConfig):
    """The app that owns the links."""

    name = "igny8_core.business.linker"
    label = "linker"
    verbose_name = "Linker"
