"""The harness as a Django app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules


class MigrationHarnessConfig(AppConfig):
    """Installs the purity guard on every connection, finds the seams of every app and reads their revision."""

    name = "migration_harness"
    verbose_name = "Migration harness"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import each app's ``seams`` module, as the admin does with ``admin``."""
        from migration_harness import checks, processes, purity, revisions  # noqa: F401, PLC0415  Models are ready only now.

        connection_created.connect(purity.watch, dispatch_uid="harness-purity")
        connection_created.connect(processes.name_connection, dispatch_uid="harness-process")
        autodiscover_modules("seams")
        revisions.prepare()
