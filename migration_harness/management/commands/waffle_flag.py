"""Takes the place of waffle's ``waffle_flag``: flags change through the harness alone."""

from typing import Any

from django.core.management.base import CommandError
from waffle.management.commands.waffle_flag import Command as WaffleFlagCommand

from migration_harness.printing import PlainCommand


class Command(PlainCommand, WaffleFlagCommand):
    """Lists flags as waffle does; refuses to change them, naming the harness command."""

    def handle(self, *args: Any, **options: Any) -> None:
        """List, or refuse."""
        if options["list_flags"]:
            super().handle(*args, **options)
            return
        name = options.get("name") or "NAME"
        raise CommandError(
            f"waffle_flag cannot change flags here. Use: python manage.py harness flag {name}, "
            "with --account ID and --on or --off, with --share PCT, or with --everyone yes, no or unset."
        )
