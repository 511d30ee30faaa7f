"""What all verbs share: text for people, JSON for scripts, exit codes, the actor."""

import getpass
import json
import socket
import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final, ParamSpec, TypeVar

from django.db import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from typer import Exit, Option

from migration_harness.database import out_of_reach
from migration_harness.exceptions import HarnessError, StalePreview, WrongUsage

P = ParamSpec("P")
R = TypeVar("R")

FAILED: Final = 1
WRONG_USAGE: Final = 2
REFUSED: Final = 3
"""A closed gate, or what was looked at has changed since."""

Json = Annotated[bool, Option("--json", help="Print JSON for scripts.")]
Reason = Annotated[str, Option(help="Why; it goes into the audit trail.")]


def console() -> Console:
    """Return a console on the current standard output; wide enough for a table where it is not a terminal."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 140, highlight=False, soft_wrap=False)


def table(*columns: str, title: str | None = None, numbers: tuple[str, ...] = ()) -> Table:
    """Return a plain table; the columns in ``numbers`` are aligned to the right."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return made


def progress() -> Progress:
    """Return a progress bar on standard error, out of the way of what is printed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(file=sys.stderr), refresh_per_second=4)


def print_json(value: Any) -> None:
    """Print a value as indented JSON, times and Decimals as text."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def translated(verb: Callable[P, R]) -> Callable[P, R]:
    """Turn an error of the harness into one line on standard error and an exit code."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except HarnessError as error:
            sys.stderr.write(f"{error}\n")
            raise Exit(_code_of(error)) from None
        except OperationalError as error:
            if (told := out_of_reach(error)) is None:
                raise
            sys.stderr.write(f"{told}\n")
            raise Exit(FAILED) from None

    return run


def _code_of(error: HarnessError) -> int:
    match error:
        case WrongUsage():
            return WRONG_USAGE
        case StalePreview():
            return REFUSED
        case _:
            return FAILED


def actor() -> str:
    """Return who runs this command: the user of the operating system and the machine."""
    return f"{getpass.getuser()}@{socket.gethostname()}"
