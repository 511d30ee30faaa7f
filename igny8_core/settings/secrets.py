"""Secrets from the environment, or generated once for local use."""

import os
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def local_secret(name: str, *, run_dir: Path, production: bool) -> str:
    """Return the secret ``name`` of the environment; outside production, generate a missing one.

    A generated secret is kept in ``run_dir/secrets/`` (folder 0700, file 0600), so that every process
    of this checkout reads the same one. Raises ImproperlyConfigured in production.
    """
    if value := os.environ.get(name):
        return value
    if production:
        raise ImproperlyConfigured(f"{name} is not set. In production every secret comes from the environment.")
    folder = run_dir / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name.lower()
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return _generate(path)


def _generate(path: Path) -> str:
    """Write a fresh key under a private name and link it into place: of two processes one wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(Fernet.generate_key().decode())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
