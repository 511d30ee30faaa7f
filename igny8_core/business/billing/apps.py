"""Models, prices, credits and providers."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """The app that owns prices, the ledger and the provider keys."""

    name = "igny8_core.business.billing"
    label = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Register the check of the schema, and the stores of the keys: what copies or compares them must know them."""
        from igny8_core.business.billing import checks  # noqa: F401, PLC0415  Models are ready now.

        # @legacy begin integration-provider-keys
        from igny8_core.business.billing.keys import seams  # noqa: F401, PLC0415

        # @legacy end
