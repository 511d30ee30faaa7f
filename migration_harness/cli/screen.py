"""Where text for people goes: nothing that a host has named is ever taken for an instruction.

Names of accounts, plans, models and groups, notes and errors are what somebody has typed: ``[/x]`` is no markup,
``:smile:`` no emoji. What is no sign is shown by its number (:mod:`migration_harness.printing`); a text is one line.
"""

import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, Final, TextIO

from rich.console import Console
from rich.text import Text

from migration_harness.exceptions import NowhereToPrint
from migration_harness.printing import printable

_WIDTH: Final = 140
"""Where it is not a terminal: wide enough for a table."""


class ReaderGone(BrokenPipeError):
    """Whoever read standard output has stopped, as ``head`` does after some lines. No other pipe is meant."""


class Screen(Console):
    """A console that prints every text as it is; style is given by :func:`bold` and its like alone."""

    def __init__(self, file: TextIO | None, **options: Any) -> None:
        super().__init__(file=file, markup=False, emoji=False, highlight=False, soft_wrap=False, **options)

    def on_broken_pipe(self) -> None:
        """Raise ReaderGone: whoever prints knows what it is worth."""
        raise ReaderGone

    def render_str(self, text: str, **options: Any) -> Text:
        """Return the text of a string: what is printed, and each cell of a table."""
        return super().render_str(printable(text), **options)


class StandardError:
    """Standard error, which takes what it can: nothing that is done stops because nobody listens."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Write it, as far as that goes; returns its length."""
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Have what waits written, as far as that goes."""
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.flush()

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        try:
            return sys.stderr.isatty()
        except (OSError, ValueError, AttributeError):
            return False


def screen() -> Screen:
    """Return a screen on the current standard output. Raises NowhereToPrint where that is closed."""
    out = standard_output()
    return Screen(out, width=None if out.isatty() else _WIDTH)


def standard_output() -> TextIO:
    """Return standard output, which shows a character that it has no code for by its number. Raises NowhereToPrint."""
    out: TextIO | None = sys.stdout
    if out is None or out.closed:
        raise NowhereToPrint("Standard output is closed: there is nowhere to print to.")
    if isinstance(out, TextIOWrapper):
        with suppress(OSError, ValueError):
            out.reconfigure(errors="backslashreplace")
    return out


def write(text: str) -> None:
    """Write to standard output. Raises NowhereToPrint, ReaderGone."""
    out = standard_output()
    try:
        out.write(text)
    except BrokenPipeError:
        raise ReaderGone from None


def flush() -> None:
    """Have what waits to be written written, where there is a standard output. Raises ReaderGone."""
    with suppress(NowhereToPrint):
        out = standard_output()
        try:
            out.flush()
        except BrokenPipeError:
            raise ReaderGone from None


def bold(text: object) -> Text:
    """Return the text in bold."""
    return _styled(text, "bold")


def warning(text: object) -> Text:
    """Return the text as something that somebody must see."""
    return _styled(text, "bold red")


def good(text: object) -> Text:
    """Return the text as something that is as it should be."""
    return _styled(text, "bold green")


def _styled(text: object, style: str) -> Text:
    # As a part, so that what is added to it has no style.
    return Text.assemble((printable(str(text)), style))
