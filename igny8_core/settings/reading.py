"""Values of the environment that are no plain text."""

import re
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured


def seconds_of(name: str, environment: Mapping[str, str], *, default: int) -> int:
    """Return a number of seconds. Raises ImproperlyConfigured for what is none."""
    text = environment.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ImproperlyConfigured(f"{name} is {text!r}. Set it to a number of seconds, such as {default}.")
    return int(text)


def header_of(name: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the header by which a proxy says that a client came by HTTPS, as Django wants it; None without one.

    Raises ImproperlyConfigured for what is no ``NAME=VALUE``.
    """
    text = environment.get(name)
    if not text:
        return None
    found = re.fullmatch(r"([A-Za-z0-9-]+)=([!-~]+)", text)
    if found is None:
        raise ImproperlyConfigured(f"{name} is {text!r}. Write it as X-Forwarded-Proto=https.")
    return f"HTTP_{found[1].upper().replace('-', '_')}", found[2]
