"""Takes the place of waffle's ``waffle_delete``: switches and samples go, flags stay."""

from typing import Any

from django.core.management.base import CommandError
from waffle.management.commands.waffle_delete import Command as WaffleDeleteCommand

from migration_harness.printing import PlainCommand


class Command(PlainCommand, WaffleDeleteCommand):
    """Deletes switches and samples as waffle does; refuses flags."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, or refuse; a refusal deletes nothing."""
        if options["flag_names"]:
            raise CommandError(
                "waffle_delete cannot delete flags here: their accounts and their audit trail hang on them. "
                "To give everyone the baseline use: python manage.py harness rollback NAME"
            )
        super().handle(*args, **options)
