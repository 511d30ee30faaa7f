"""Settings of the whole installation."""

from django.apps import AppConfig


class SystemConfig(AppConfig):
    """The app that owns the global settings row."""

    name = "igny8_core.modules.system"
    label = "system"
    verbose_name = "System"

    # @legacy begin model-selection
    def ready(self) -> None:
        """Look for retired choices in the legacy settings row as well."""
        from igny8_core.modules.system.legacy.installation_choices import add_fields  # noqa: PLC0415  Models are ready now.

        add_fields()

    # @legacy end
