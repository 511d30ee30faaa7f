"""Accounts, plans, sites and users."""

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.auth.signals import user_logged_in

from migration_harness.api import is_brief


class AuthConfig(AppConfig):
    """The app has a label of its own: ``auth`` belongs to Django."""

    name = "igny8_core.auth"
    label = "igny8_auth"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Note when a session begins, and ask for a second factor where the admin's page asks for a password."""
        if is_brief():
            return
        from igny8_core.auth.signing_in import sessions  # noqa: PLC0415  Models are ready only now.

        admin.site.login_template = "signing_in/login.html"
        user_logged_in.connect(sessions.begin, dispatch_uid="igny8-session")
