"""Secrets from the environment, or generated once for local use."""

import os
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from igny8_core.kept_secrets import kept_secret


def local_secret(name: str, *, run_dir: Path, production: bool) -> str:
    """Return the secret ``name`` of the environment; outside production, generate a missing one.

    Raises ImproperlyConfigured in production.
    """
    if value := os.environ.get(name):
        return value
    if production:
        raise ImproperlyConfigured(f"{name} is not set. In production every secret comes from the environment.")
    return kept_secret(name.lower(), run_dir=run_dir, make=lambda: Fernet.generate_key().decode())
