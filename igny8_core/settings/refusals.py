"""Secrets and folders with which nothing starts. A sentence names the remedy, and never what it is about."""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

_LONG_ENOUGH: Final = 50
_HARD_TO_GUESS: Final = 32
_MIXED_ENOUGH: Final = 5
_MADE_BY_STARTPROJECT: Final = "django-insecure-"
_MAKE_A_KEY: Final = "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
_MAKE_A_FIELD_KEY: Final = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


def refuse_weak(key: str) -> None:
    """Raise ImproperlyConfigured for a secret key that is weaker than ``check --deploy`` asks."""
    if len(key) < _LONG_ENOUGH or len(set(key)) < _MIXED_ENOUGH or key.startswith(_MADE_BY_STARTPROJECT):
        raise ImproperlyConfigured(
            f"DJANGO_SECRET_KEY is too weak for production: {_LONG_ENOUGH} random characters are needed. "
            f"Make them: {_MAKE_A_KEY}"
        )


def refuse_guessable(name: str, secret: str) -> None:
    """Raise ImproperlyConfigured for another secret that somebody could guess; one that is not set opens nothing."""
    if secret and (len(secret) < _HARD_TO_GUESS or len(set(secret)) < _MIXED_ENOUGH):
        raise ImproperlyConfigured(
            f"{name} is too weak for production: {_HARD_TO_GUESS} random characters are needed. "
            f"Make them: {_MAKE_A_KEY}"
        )


def refuse_any_host(hosts: Sequence[str]) -> None:
    """Raise ImproperlyConfigured where a request may name any host: links in pages and mails would lead there."""
    if any(host.strip() in ("*", ".") for host in hosts):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS takes any host in production. Name those at which the service is reached, "
            "separated by commas."
        )


def readable_field_keys(text: str) -> Sequence[str]:
    """Return the keys of ``IGNY8_FIELD_KEYS``, newest first. Raises ImproperlyConfigured, which quotes none."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"IGNY8_FIELD_KEYS cannot be read: number {number} of {len(keys)} is no Fernet key. "
                f"Make one: {_MAKE_A_FIELD_KEY}"
            ) from None
    if not keys:
        raise ImproperlyConfigured(f"IGNY8_FIELD_KEYS has no key in it. Make one: {_MAKE_A_FIELD_KEY}")
    return keys


def refuse_open_folders(*folders: Path) -> None:
    """Raise ImproperlyConfigured where anybody on this machine may write into one of the folders that are there."""
    for folder in folders:
        if folder.is_dir() and folder.stat().st_mode & stat.S_IWOTH:
            raise ImproperlyConfigured(
                f"{folder} can be written by everybody on this machine, and what is served and kept is in it. "
                f"Close it: chmod o-w {folder}"
            )
