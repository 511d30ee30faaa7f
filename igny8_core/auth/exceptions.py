"""Errors of accounts and what belongs to them.

AccountError
└── SiteInUse   something belongs to the site that would be lost with it
"""


class AccountError(Exception):
    """Root of the errors of accounts."""


class SiteInUse(AccountError):
    """Something belongs to the site that would be lost with it."""
