"""Billing in the admin: models and their prices, tariffs, the ledger, the providers."""

from igny8_core.business.billing.admin import ledger, models, providers, tariffs

__all__ = ["ledger", "models", "providers", "tariffs"]
