"""Values of the environment that are no plain text."""

import logging
import re
from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ImproperlyConfigured

_MOST_OF_NO_UNIT: Final = 999_999_999


def seconds_of(name: str, environment: Mapping[str, str], *, default: int) -> int:
    """Return a number of seconds. Raises ImproperlyConfigured for what is none."""
    text = environment.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ImproperlyConfigured(f"{name} is {text!r}. Set it to a number of seconds, such as {default}.")
    return int(text)


def whole_of(
    name: str, environment: Mapping[str, str], *, default: int, least: int = 0, most: int = _MOST_OF_NO_UNIT
) -> int:
    """Return a whole number from ``least`` to ``most``. Raises ImproperlyConfigured for what is none."""
    text = environment.get(name) or str(default)
    if not (re.fullmatch("[0-9]{1,9}", text) and least <= int(text) <= most):
        bounds = f"{least} or more" if most == _MOST_OF_NO_UNIT else f"from {least} to {most}"
        raise ImproperlyConfigured(f"{name} is {text!r}. It must be a whole number, {bounds}.")
    return int(text)


def level_of(name: str, environment: Mapping[str, str], *, default: str) -> str:
    """Return a level of the log by its name. Raises ImproperlyConfigured for another word."""
    level, known = (environment.get(name) or default).upper(), logging.getLevelNamesMapping()
    if level not in known:
        raise ImproperlyConfigured(f"{name} is {level!r}. It must be one of {', '.join(known)}.")
    return level


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
