"""Accounts: found as one types, moved one by one or many at once; each with its stages, charges and statement."""
