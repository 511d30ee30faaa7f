"""Billing in the admin: models and their prices, tariffs, the ledger, the providers, the accounts."""

from igny8_core.business.billing.admin import accounts, ledger, models, providers, tariffs

__all__ = ["accounts", "ledger", "models", "providers", "tariffs"]
