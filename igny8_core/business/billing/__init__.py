"""Prices, the ledger, credits and providers."""
