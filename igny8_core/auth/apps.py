"""Accounts, plans, sites and users."""

from django.apps import AppConfig


class AuthConfig(AppConfig):
    """The app has a label of its own: ``auth`` belongs to Django."""

    name = "igny8_core.auth"
    label = "igny8_auth"
    verbose_name = "Accounts"
