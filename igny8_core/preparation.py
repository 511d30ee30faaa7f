"""Bring a database to the state in which the service can be used: schema, first rows, who may sign in."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from igny8_core.auth.models import Account

OPERATOR = "operator"
CUSTOMERS = {"blue": "Blue Harbour", "amber": "Amber Bakery"}
"""The demo's customers and their accounts. Amber's plan allows no choice of models."""


def prepare_database(*, demo: bool) -> None:
    """Migrate and seed; safe to repeat. ``demo`` adds the demonstration's accounts."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed", demo=demo, verbosity=0)


def create_operator() -> None:
    """Create the superuser ``operator`` when missing, with the password of :func:`operator_password`."""
    users = get_user_model()._default_manager  # noqa: SLF001  Django's documented name.
    if not users.filter(username=OPERATOR).exists():
        users.create_superuser(username=OPERATOR, password=_generated_password("operator"))


def create_customers() -> None:
    """Create the demo's customers when missing, with the password of :func:`customer_password`."""
    users = get_user_model()._default_manager  # noqa: SLF001  Django's documented name.
    for username, account_name in CUSTOMERS.items():
        if not users.filter(username=username).exists():
            account = Account.objects.filter(name=account_name).order_by("pk").first()
            users.create_user(username=username, password=_generated_password("customer"), account=account)


def operator_password() -> str | None:
    """Return the password that was generated for the operator, or None if somebody else chose one."""
    return _known_password("operator")


def customer_password() -> str | None:
    """Return the password that was generated for the demo's customers, or None if there is none."""
    return _known_password("customer")


def told_once(role: str) -> str | None:
    """Return the password that was generated for ``operator`` or ``customer``, the first time it is asked for.

    After that a terminal's history need not have it again: it is where :func:`password_file` says.
    """
    password = _known_password(role)
    told = password_file(role).with_suffix(".told")
    if password is None or told.exists():
        return None
    told.touch(mode=0o600)
    return password


def password_file(role: str) -> Path:
    """Return where a generated password is kept (0600)."""
    return Path(settings.RUN_DIR) / "secrets" / f"{role}-password"


def _known_password(role: str) -> str | None:
    try:
        return password_file(role).read_text().strip()
    except FileNotFoundError:
        return None


def _generated_password(role: str) -> str:
    if known := _known_password(role):
        return known
    path = password_file(role)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.with_suffix(".told").unlink(missing_ok=True)
    password = secrets.token_urlsafe(12)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{password}\n")
    return password
