"""Django's ``flush``, which Django calls between tests: it empties a test database with all that guards the trail."""

from typing import Any

from django.core.management.commands.flush import Command as DjangosFlush


class Command(DjangosFlush):
    """Remove all data from the database; where the harness has its tables, only from one that tests are run in."""

    def handle(self, **options: Any) -> None:
        """Do what Django does."""
        # Only a test run knows this room.
        from migration_harness.testing import flushing  # noqa: PLC0415

        if not flushing.is_of_a_test(options["database"]):
            super().handle(**options)
            return
        with flushing.unguarded():
            # Tables without a model, such as waffle's own of flags, refer to those that have one.
            super().handle(**{**options, "allow_cascade": True})
