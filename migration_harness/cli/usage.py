"""Wrong usage: an option, a verb or a value that does not exist ends with exit code 2."""

import sys
from types import TracebackType
from typing import Any

from django.core.management import CommandError
from django_typer.management import TyperCommand
from typer import BadParameter

from migration_harness.cli.output import WRONG_USAGE

UsageError: Any = BadParameter.__base__
"""What all errors of usage have in common; typer has a name for some of them alone."""


class HarnessCommand(TyperCommand):
    """A command that tells wrong usage from failure, as a process and for Python callers."""

    # A fault somewhere in the host's addresses stops no rollback, and nobody waits until all its views are loaded.
    requires_system_checks = ["migration_harness"]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """End with exit code 2 and a line that says what is wrong, where the library would end with 1."""
        try:
            suppressed: bool | None = super().__exit__(kind, error, traceback)  # type: ignore[no-untyped-call]  # The library's.
        except CommandError as failed:
            if isinstance(error, UsageError):
                failed.returncode = WRONG_USAGE
            raise
        except SystemExit:
            if isinstance(error, UsageError):
                sys.exit(WRONG_USAGE)
            raise
        return suppressed
