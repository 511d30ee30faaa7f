"""IGNY8: the AI-content service whose billing and key loading are being migrated."""

from igny8_core.celery import app as celery_app

__all__ = ["celery_app"]
