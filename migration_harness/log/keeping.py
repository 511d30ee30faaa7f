"""What a column of the comparison log can keep, of values that may be anything.

A seam's functions are the host's: a plan may be None, a group a number, a measure NaN. What a column cannot keep as it
is, is kept in another form, with a note that names the column and what was wrong, and never the value.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from itertools import islice
from typing import Any, Final
from uuid import UUID

from migration_harness.comparing.measures import Measure, measure_of

ACCOUNT_CHARACTERS: Final = 64
"""Of an account's id; a flag's members have no longer ones, and an index could not hold any length."""
NAME_CHARACTERS: Final = 100
"""Of the name of a seam or of an explanation."""
TEXT_CHARACTERS: Final = 255
WORDS: Final = 16
"""Of one group."""
_BIGINT_END: Final = 2**63

_DIGEST_CHARACTERS: Final = 12
_SCALARS: Final = (int, UUID, Decimal, float, Enum)


class Keeping:
    """Keeps the values of one comparison; ``notes`` says of which columns in another form."""

    __slots__ = ("notes",)

    def __init__(self) -> None:
        self.notes: list[str] = []

    def text(self, value: Any, column: str, most: int = TEXT_CHARACTERS) -> str:
        """Return a value as text; a longer one is cut, and ends in a digest: other values stay others."""
        if type(value) is not str:
            value = str.__str__(value) if isinstance(value, str) else self._read(value, column)
        if len(value) <= most:
            return value  # type: ignore[no-any-return]  # It is a text by now.
        self._note(column, f"was longer than {most} characters")
        digest = sha256(value.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_CHARACTERS]
        return f"{value[: most - _DIGEST_CHARACTERS - 1]}…{digest}"

    def account_id(self, subject: Any) -> str:
        """Return the id of an account, by which decisions know it; empty without an account."""
        if type(subject) is int and 0 <= subject < _BIGINT_END:
            return str(subject)
        return "" if subject is None else self.text(subject, "account_id", ACCOUNT_CHARACTERS)

    def words(self, group: Any) -> list[str]:
        """Return a group as words; what is no collection is one word, and of a long one the rest is left out."""
        if type(group) is not tuple and type(group) is not list:
            group = self._opened(group)
        if len(group) > WORDS:
            self._note("group_by", f"had more than {WORDS} words")
            group = group[:WORDS]
        return [
            word if type(word) is str and len(word) <= TEXT_CHARACTERS else self.text(word, "group_by")
            for word in group
        ]

    def measure(self, value: Any, column: str) -> Measure | None:
        """Return an exact number that can be summed, else None."""
        measure = measure_of(value)
        if measure is None and value is not None:
            self._note(column, "was no number that can be summed")
        return measure

    def whole(self, value: Any, column: str) -> int:
        """Return a whole number that a bigint can keep, else 0."""
        if type(value) is int and -_BIGINT_END <= value < _BIGINT_END:
            return value
        self._note(column, "was no whole number")
        return 0

    def moment(self, seconds: Any) -> datetime:
        """Return a time that is given in seconds since 1970, else the present."""
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            self._note("at", "was no time")
            return datetime.now(UTC)

    def _read(self, value: Any, column: str) -> str:
        kind = type(value)
        try:
            read = str(value)
        except Exception:  # noqa: BLE001  An object of the host, which may do anything when it is read.
            self._note(column, f"was {_named(kind)} that cannot be read")
            return kind.__name__
        if value is None:
            self._note(column, "was None")
            return ""
        if column != "account_id" and not issubclass(kind, _SCALARS):
            self._note(column, f"was {_named(kind)}")
        return read if type(read) is str else str.__str__(read)

    def _opened(self, group: Any) -> list[Any]:
        if group is None or isinstance(group, str | bytes) or not isinstance(group, Iterable):
            self._note("group_by", f"was {_named(type(group))}")
            return [] if group is None else [group]
        words: list[Any] = []
        try:
            # The order of a set is another one in each process.
            words.extend(sorted(group, key=str) if isinstance(group, set | frozenset) else islice(group, WORDS + 1))
        except Exception:  # noqa: BLE001  An iterator of the host.
            self._note("group_by", "could not be read to its end")
        return words

    def _note(self, column: str, what: str) -> None:
        if (note := f"{column} {what}") not in self.notes:
            self.notes.append(note)


def _named(kind: type) -> str:
    return "None" if kind is type(None) else kind.__name__[:TEXT_CHARACTERS]
