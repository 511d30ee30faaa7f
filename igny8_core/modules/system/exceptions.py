"""Errors of the settings.

SettingsError
└── MappingRefused   a retired choice cannot be mapped to this model
"""


class SettingsError(Exception):
    """Root of the errors of the settings."""


class MappingRefused(SettingsError):
    """A retired choice cannot be mapped to this model."""
