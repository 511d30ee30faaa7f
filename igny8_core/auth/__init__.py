"""Accounts, plans, sites and users."""
