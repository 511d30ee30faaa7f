"""What is printed for people, wherever it is printed: no text is ever taken for an instruction, or for another line.

Names of accounts, plans, models and groups, notes and errors are what somebody has typed. In a terminal a character
that moves the cursor, hides or turns what stands beside it is shown by its number; in a table of a spreadsheet nothing
is a formula.
"""

import re
import unicodedata
from typing import Any, Final

from django.core.management.base import BaseCommand, OutputWrapper

_SHOWN_BY_NUMBER: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that move the cursor, hide or turn what stands beside them, or are none."""
_NOTHING_TO_SEE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks without a shape: two names that differ in them alone look the same."""
_JOINERS: Final = frozenset("\u200c\u200d")
_FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def printable(text: str) -> str:
    """Return the text as one line, with each character that is no sign by its number.

    What joins letters or emoji joins them; between plain letters it would only hide.
    """
    if text.isprintable() and text.isascii():
        return text
    around = f" {text} "
    return "".join(
        char if _is_a_sign(char, around[at], around[at + 2]) else _number(char) for at, char in enumerate(text)
    )


def printable_lines(text: str) -> str:
    """Return the text so, where its lines are ours, or stand where they cannot be taken for ours."""
    return "\n".join(map(printable, text.split("\n")))


def cell(text: str) -> str:
    """Return the text as a cell of a CSV file: one that a spreadsheet would take for a formula gets an apostrophe."""
    told = printable(text)
    return f"'{told}" if _FORMULA.match(text) or text[:1] in {"\t", "\r", "\n"} else told


class PlainCommand(BaseCommand):
    """A command that prints a line a message: what data it names stays a part of that line."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Let every output be plain, also one that a caller gives the command."""
        if name in {"stdout", "stderr"} and not isinstance(value, _Plain):
            value = _Plain(value._out)  # noqa: SLF001  Django's wrapper has no other way to what it wraps.
        super().__setattr__(name, value)


class _Plain(OutputWrapper):
    """An output that prints text alone."""

    def write(self, msg: str = "", *args: Any, **kwargs: Any) -> None:  # type: ignore[override]  # As Django's own.
        super().write(printable(msg.removesuffix("\n")), *args, **kwargs)


def _is_a_sign(char: str, before: str, after: str) -> bool:
    if char in _JOINERS:
        return _can_be_joined(before) and _can_be_joined(after)
    return char not in _NOTHING_TO_SEE and unicodedata.category(char) not in _SHOWN_BY_NUMBER


def _can_be_joined(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char)[0] in "LMS"


def _number(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii") if char != "\t" else " "
