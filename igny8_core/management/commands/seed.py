"""``manage.py seed``: fill an empty database; safe to run again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import ProgrammingError
from psycopg.errors import UndefinedTable

from igny8_core.seed import seed, seed_demo
from igny8_core.starting import refuse_the_demo
from migration_harness.api import PlainCommand


class Command(PlainCommand):
    """Creates what is missing and leaves what is there."""

    help = "Create models, tariffs, settings and flags where they are missing; with --demo twelve accounts as well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare ``--demo``."""
        parser.add_argument("--demo", action="store_true", help="Also the demo's plans, accounts and keys.")

    def handle(self, *_args: Any, demo: bool, **_options: Any) -> None:
        """Seed; what is there stays."""
        if demo:
            refuse_the_demo("seed --demo")
        try:
            (seed_demo if demo else seed)()
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable):
                raise
            raise CommandError("The database has no tables yet. Create them: python manage.py migrate") from error
        self.stdout.write("The demo is there." if demo else "The reference data are there.")
