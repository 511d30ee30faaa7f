"""The admin as an app: its pages are looked for when this process has a use for pages."""

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig

from migration_harness.api import is_brief


class AdminConfig(SimpleAdminConfig):
    """Django's own, which imports the ``admin`` module of every app; a verb that only looks or flips shows none."""

    def ready(self) -> None:
        """Have every page registered now, so that no request waits for it."""
        super().ready()
        if not is_brief():
            admin.autodiscover()
