"""IGNY8: the AI-content service whose billing and key loading are being migrated."""

from importlib import import_module

from migration_harness.api import once_imported

# Whoever imports Celery has the service's own application; whoever needs none does not wait for it.
once_imported("celery", lambda: import_module("igny8_core.celery"))
