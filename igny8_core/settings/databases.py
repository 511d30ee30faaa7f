"""The database that ``DATABASE_URL`` names."""

from typing import Any, Final

import dj_database_url
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import make_conninfo

_FORM: Final = "postgresql://USER:PASSWORD@HOST:PORT/NAME"
_CONNECT_SECONDS: Final = 10
"""Nobody waits minutes for a server that does not answer; the URL may say otherwise."""


def database_of(url: str) -> dict[str, Any]:
    """Return the entry of ``DATABASES`` for a URL.

    Raises ImproperlyConfigured, and does not show the URL: it has a password in it.
    """
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600))
    except ValueError:
        raise ImproperlyConfigured(
            f"DATABASE_URL is no URL that can be read. Write it as {_FORM}, with %XX in place of special characters, "
            "or unset it for the embedded PostgreSQL."
        ) from None
    if found["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"DATABASE_URL names no PostgreSQL server. Write it as {_FORM}.")
    options = found.setdefault("OPTIONS", {})
    if not found["NAME"] and "service" not in options:
        raise ImproperlyConfigured(f"DATABASE_URL names no database. Write it as {_FORM}.")
    options.setdefault("connect_timeout", _CONNECT_SECONDS)
    try:
        make_conninfo(**options)
    except psycopg.Error:
        raise ImproperlyConfigured(
            f"DATABASE_URL has an option that PostgreSQL does not know; after ? it had {', '.join(sorted(options))}."
        ) from None
    return found
