"""The service as a Django app: what stands above its parts."""

from django.apps import AppConfig

from igny8_core import importing
from migration_harness.api import is_brief


class ServiceConfig(AppConfig):
    """The app that knows all the others."""

    name = "igny8_core"
    verbose_name = "IGNY8"

    def ready(self) -> None:
        """Say what an exported test starts with and where a search looks, whichever seam; have a deploy checked."""
        from igny8_core import checks  # noqa: F401, PLC0415  Models are ready now.

        if not is_brief():
            from igny8_core import exported  # noqa: F401, PLC0415

            # @legacy begin integration-provider-keys, model-selection, model-based-credits, dynamic-model-choices
            from igny8_core.ai import explored  # noqa: F401, PLC0415

            # @legacy end
            # @legacy begin model-based-credits
            from igny8_core.business.billing import signed_rates  # noqa: F401, PLC0415
            # @legacy end

        importing.end()
