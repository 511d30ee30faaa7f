"""Which environment this is: somebody's own machine, or the one that customers use."""

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ImproperlyConfigured

LOCAL: Final = "local"
PRODUCTION: Final = "production"


def is_production(environment: Mapping[str, str]) -> bool:
    """Return what ``IGNY8_ENV`` says; unset it is local, where the database is the embedded one.

    A database of one's own does not say whose it is, and taken for a local one it would be served without HTTPS and
    with generated secrets. Raises ImproperlyConfigured for that, and for another word.
    """
    named = environment.get("IGNY8_ENV", "")
    if named in (LOCAL, PRODUCTION):
        return named == PRODUCTION
    if named:
        raise ImproperlyConfigured(f"IGNY8_ENV is {named!r}. Set it to {LOCAL} or to {PRODUCTION}.")
    if environment.get("DATABASE_URL"):
        raise ImproperlyConfigured(
            f"DATABASE_URL is set and IGNY8_ENV is not. Set IGNY8_ENV={PRODUCTION} where customers are served, "
            f"IGNY8_ENV={LOCAL} on a machine of your own."
        )
    return False
