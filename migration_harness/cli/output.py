"""What all verbs share: text for people, JSON for scripts, exit codes."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import wraps
from signal import SIGPIPE
from typing import Annotated, Any, Final, ParamSpec, TypeVar

from django.db import OperationalError
from rich.table import Table
from typer import Exit, Option

from migration_harness.cli.screen import ReaderGone, StandardError, flush, screen, write
from migration_harness.database import out_of_reach
from migration_harness.exceptions import (
    ApprovalNeeded,
    FlagAsked,
    FlagRetired,
    GateClosed,
    HarnessError,
    MigrationOutOfTurn,
    NotAllowed,
    PhaseInUse,
    SchemaUndone,
    StalePreview,
    WrongUsage,
)
from migration_harness.printing import printable
from migration_harness.wording import ended

P = ParamSpec("P")
R = TypeVar("R")

FAILED: Final = 1
WRONG_USAGE: Final = 2
REFUSED: Final = 3
"""A closed gate, a permission that is missing, or what was looked at has changed since."""
READER_GONE: Final = 128 + SIGPIPE
"""Nobody read to the end: as a shell has it of other tools. A 0 would say more than was told: that gates are open."""
_REFUSALS: Final = (
    ApprovalNeeded, FlagAsked, FlagRetired, GateClosed, MigrationOutOfTurn, NotAllowed, PhaseInUse, SchemaUndone,
    StalePreview,
)  # fmt: skip

Json = Annotated[bool, Option("--json", help="Print JSON for scripts.")]
Override = Annotated[
    bool,
    Option(
        "--override",
        help="Pass closed gates, or without a second person, as a superuser; it stays outside of the plan, or not "
        "countersigned.",
    ),
]
Reason = Annotated[str, Option(help="Why; it goes into the audit trail.")]


console = screen


def table(*columns: str, title: str | None = None, numbers: tuple[str, ...] = ()) -> Table:
    """Return a plain table; the columns in ``numbers`` are aligned to the right."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return made


def print_json(value: Any) -> None:
    """Print a value as indented JSON, times and Decimals as text."""
    write(as_json(value) + "\n")


def as_json(value: Any) -> str:
    """Return a value as indented JSON in ASCII, which no terminal takes for anything else."""
    return json.dumps(value, indent=2, default=str).replace("\x7f", "\\u007f")


@contextmanager
def telling(done: str) -> Iterator[None]:
    """Tell in the block what was done. Where that fails it was done all the same: ``done`` says it, with a warning.

    A command that has changed something fails no more: what it needs to change it, and to speak, it has asked before.
    ``done`` is empty where nothing was: that is a look like any other.
    """
    if not done:
        yield
        return
    try:
        yield
        flush()
    except Exit:
        raise
    except Exception as error:  # noqa: BLE001  A pipe that is closed, a host's directory, a table: whatever it is.
        why = f"{type(error).__name__}: {error}" if isinstance(error, HarnessError) else type(error).__name__
        say_plainly(f"{ended(done)} Warning: that was done, and could not be told in full ({why}).")
        _give_up_standard_output()


def say_plainly(text: str) -> None:
    """Print a line on standard error; where that is closed too there is nowhere to print."""
    StandardError().write(f"{printable(text)}\n")


def _give_up_standard_output() -> None:
    """Print what waits; where nobody takes it, let the interpreter not fail at its end by that."""
    with suppress(Exception):
        sys.stdout.flush()
        return
    with suppress(Exception):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def override_named() -> Iterator[None]:
    """Add to a refusal by gates the option that passes them, where the verb has it."""
    try:
        yield
    except GateClosed as error:
        raise error.with_way("A superuser may pass with --override and a reason.") from None


def translated(verb: Callable[P, R]) -> Callable[P, R]:
    """Turn an error of the harness into one line on standard error and an exit code; for scripts, into JSON as well.

    A reader that stops reading is no error: the verb ends, and says nothing.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            done = verb(*args, **kwargs)
            flush()
        except Exit:
            _give_up_standard_output()
            raise
        except ReaderGone:
            _give_up_standard_output()
            raise Exit(READER_GONE) from None
        except HarnessError as error:
            told: dict[str, Any] = {"code": error.code(), "message": str(error)}
            if isinstance(error, ApprovalNeeded):
                told["approval"] = error.number
            if isinstance(error, GateClosed):
                told["refused"] = [asdict(each) for each in error.refused]
            _refuse(told, error.sentences, for_scripts=bool(kwargs.get("json")))
            raise Exit(_code_of(error)) from None
        except OperationalError as error:
            if (sentence := out_of_reach(error)) is None:
                raise
            told = {"code": "database_out_of_reach", "message": sentence}
            _refuse(told, (sentence,), for_scripts=bool(kwargs.get("json")))
            raise Exit(FAILED) from None
        return done

    return run


def _refuse(told: dict[str, Any], sentences: tuple[str, ...], *, for_scripts: bool) -> None:
    """Say why nothing was done: where nobody reads standard output, standard error and the exit code say it all."""
    for sentence in sentences:
        say_plainly(sentence)
    if for_scripts:
        with suppress(HarnessError, OSError, ValueError):
            print_json({"error": told})
        _give_up_standard_output()


def _code_of(error: HarnessError) -> int:
    match error:
        case WrongUsage():
            return WRONG_USAGE
        case error if isinstance(error, _REFUSALS):
            return REFUSED
        case _:
            return FAILED
