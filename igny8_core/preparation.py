"""Bring a database to the state in which the service can be used: schema, first rows, an operator."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

OPERATOR = "operator"


def prepare_database(*, demo: bool) -> None:
    """Migrate and seed; safe to repeat. ``demo`` adds the demonstration's accounts."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed", demo=demo, verbosity=0)


def create_operator() -> None:
    """Create the superuser ``operator`` when missing, with the password of :func:`operator_password`."""
    users = get_user_model()._default_manager  # noqa: SLF001  Django's documented name.
    if not users.filter(username=OPERATOR).exists():
        users.create_superuser(username=OPERATOR, password=_generated_password())


def operator_password() -> str | None:
    """Return the password that was generated for the operator, or None if somebody else chose one."""
    try:
        return _password_file().read_text().strip()
    except FileNotFoundError:
        return None


def _generated_password() -> str:
    if known := operator_password():
        return known
    path = _password_file()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    password = secrets.token_urlsafe(12)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{password}\n")
    return password


def _password_file() -> Path:
    return Path(settings.RUN_DIR) / "secrets" / "operator-password"
