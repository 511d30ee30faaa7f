"""What is looked at before a process serves. What is wrong is one line that names the remedy, and the end."""

import sys
from typing import Final, NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import connection

from igny8_core import demo_customers
from igny8_core.embedded import EmbeddedError

REFUSED: Final = 3
"""The exit code; a worker of Gunicorn that ends with it is not started again and again."""

_ALLOW: Final = "IGNY8_ALLOW_DEMO=yes"


def read_settings() -> None:
    """End this process where the settings cannot be used; they are read at the first question."""
    try:
        settings.DEBUG  # noqa: B018  Asking reads them.
    except (ImproperlyConfigured, EmbeddedError) as error:
        _end(str(error))


def refuse_to_serve() -> None:
    """End this process where it must not serve: the settings cannot be used, or production has the demo's customers.

    A database that does not answer keeps nobody from starting: it may come back.
    """
    read_settings()
    if told := why_not_served():
        _end(told)


def why_not_served() -> str:
    """Return why this production must not serve from its database, in a line with the remedy; empty where it may."""
    if not settings.PRODUCTION or settings.IGNY8_ALLOW_DEMO:
        return ""
    if not demo_customers.are_in(connection.get_connection_params()):
        return ""
    return (
        "The database of this production has the demo's customers, whose credits nobody paid. Their ledger cannot "
        "be removed: name an empty database in DATABASE_URL, then `manage.py migrate` and `manage.py seed`. "
        f"Or set {_ALLOW} to rehearse with them."
    )


def refuse_the_demo(command: str) -> None:
    """Raise CommandError where a command would bring the demo into a production."""
    if settings.PRODUCTION and not settings.IGNY8_ALLOW_DEMO:
        raise CommandError(
            f"`manage.py {command}` brings the demo's customers, and this is a production (IGNY8_ENV). "
            f"Leave it out, or set {_ALLOW} to rehearse with them."
        )


def _end(told: str) -> NoReturn:
    sys.stderr.write(f"{told}\n")
    sys.exit(REFUSED)
