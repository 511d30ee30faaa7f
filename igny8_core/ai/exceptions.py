"""Errors of the AI layer.

AIError
└── ProviderKeyMissing   the provider is unknown, inactive, or has no key
"""


class AIError(Exception):
    """Root of the errors of the AI layer."""


class ProviderKeyMissing(AIError):
    """The provider is unknown, inactive, or has no key. Raised before any call."""
