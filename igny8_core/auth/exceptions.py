"""Errors of accounts and what belongs to them.

AccountError
├── SiteInUse     something belongs to the site that would be lost with it
└── PlanIsFull    the account's plan has no room for more sites or keywords
"""


class AccountError(Exception):
    """Root of the errors of accounts."""


class SiteInUse(AccountError):
    """Something belongs to the site that would be lost with it."""


class PlanIsFull(AccountError):
    """The account's plan has no room for more sites or keywords."""
