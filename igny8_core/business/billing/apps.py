"""Models, prices, credits and providers."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """The app that owns prices, the ledger and the provider keys."""

    name = "igny8_core.business.billing"
    label = "billing"
    verbose_name = "Billing"
