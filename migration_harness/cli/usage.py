"""Wrong usage: an option, a verb or a value that does not exist ends with exit code 2."""

import sys
from types import TracebackType
from typing import Any, Final

from django.core.management import CommandError
from django_typer.management import CommandNode, TyperCommand
from django_typer.management import initialize as initialize  # noqa: PLC0414  By way of this room, which loads it.
from typer import BadParameter

from migration_harness.cli.output import WRONG_USAGE
from migration_harness.deciding.processes import UNCHECKED, verb_at_prompt
from migration_harness.printing import printable

UsageError: Any = BadParameter.__base__
"""What all errors of usage have in common; typer has a name for some of them alone."""
_NO_VERB: Final = "Missing command."


class HarnessCommand(TyperCommand):
    """A command that tells wrong usage from failure, as a process and for Python callers."""

    # A fault somewhere in the host's addresses stops no verb, and nobody waits until all its views are loaded.
    requires_system_checks = ["migration_harness"]

    def check(self, *args: Any, **options: Any) -> Any:
        """Run the harness's own checks; before a rollback none: whatever they find, it is the way back."""
        return None if verb_at_prompt() == UNCHECKED else super().check(*args, **options)

    @property
    def command_tree(self) -> CommandNode:
        """The command with the verbs below it; at a prompt nobody looks at those that were not typed."""
        tree = super().command_tree
        if getattr(self, "_called_from_command_line", False):
            tree.children = _WhenAsked(tree)
        return tree

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """End with exit code 2 and a line that says what is wrong, where the library would end with 1.

        A hundred lines of help would be in the way of it: they are shown to who named no verb at all.
        """
        if _is_wrong(error) and getattr(self, "_called_from_command_line", False):
            self.stderr.write(_line_of(error))
            sys.exit(WRONG_USAGE)
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


def _is_wrong(error: BaseException | None) -> bool:
    return isinstance(error, UsageError) and str(error) != _NO_VERB


def _line_of(error: Any) -> str:
    """Return what is wrong, what may have been meant, and where the help is."""
    told = printable(error.format_message())
    return f"{told}{'' if told.endswith(('.', '?')) else '.'} Help: {printable(error.ctx.command_path)} --help"


class _WhenAsked(dict[str, CommandNode]):
    """The verbs below a command, each there once its help is asked for: the one of what was typed wrongly."""

    def __init__(self, tree: CommandNode) -> None:
        super().__init__()
        self._tree = tree

    def __missing__(self, verb: str) -> CommandNode:
        command: Any = self._tree.click_command
        return CommandNode(verb, command.commands[verb], self._tree.django_command, parent=self._tree.context)
