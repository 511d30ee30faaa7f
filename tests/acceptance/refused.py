"""Commands that end at once, as processes of their own: forked from one that has imported libraries alone.

So they read the settings of an environment of their own, which is what most of them end for.
"""

import os
import subprocess
from pathlib import Path

from tests.race.nursery import Nursery

LIBRARIES = (
    "cryptography.fernet", "django.contrib.admin.sites", "django.core.cache.backends.redis", "django.core.mail",
    "django.core.management", "django.db.backends.postgresql.base", "django.forms", "django.template.loader",
    "django.views.generic", "psycopg.types.json", "rich.console", "structlog", "typer", "waffle",
)  # fmt: skip
"""What can be imported before there are settings."""


class Commands:
    """Runs ``manage.py`` to its end, time and again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # What stands in this suite's own environment stands in no service's.
        plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment = plain | {"DJANGO_SETTINGS_MODULE": "igny8_core.settings"}
        self._nursery = Nursery(environment, folder / "nursery", modules=LIBRARIES)

    def ended(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Return a command that has ended; its environment comes on top of this suite's, which has no DATABASE_URL."""
        out, errors = self._folder / "out", self._folder / "errors"
        code = self._nursery.ran("manage", *words, log=out, errors=errors, **environment)
        return subprocess.CompletedProcess(["manage.py", *words], code, out.read_text(), errors.read_text())

    def end(self) -> None:
        self._nursery.end()
