"""Values as PostgreSQL reads them in text: for a statement that goes past the driver's own quoting."""

import re
from collections.abc import Iterable
from typing import Any, Final

_UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL keeps in no text: NUL, and half a surrogate pair."""
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def composite(values: Iterable[Any]) -> str:
    """Return the literal of a composite value; None is NULL, a list is an array of text, anything else is its str().

    A character that PostgreSQL cannot keep is replaced: evidence with a mark in it is better than none.
    """
    # Plain words are most of them, and are not sent through a function each.
    fields = [
        f'"{value}"'
        if type(value) is str and '"' not in value and "\\" not in value
        else ""
        if value is None
        else str(value)
        if type(value) is int
        else _quoted(_array(value) if isinstance(value, list) else str(value))
        for value in values
    ]
    literal = f"({','.join(fields)})"
    # Two tests that cost next to nothing, for what next to no text has.
    return literal if literal.isascii() and "\x00" not in literal else keepable(literal)


def keepable(value: Any) -> Any:
    """Return the value with its texts, also those inside, as PostgreSQL keeps them."""
    match value:
        case str():
            return _UNKEEPABLE.sub(_REPLACEMENT, value)
        case dict():
            return {keepable(key): keepable(inner) for key, inner in value.items()}
        case list():
            return [keepable(inner) for inner in value]
        case _:
            return value


def _array(values: Iterable[Any]) -> str:
    return f"{{{','.join([_quoted(str(value)) for value in values])}}}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def copied(values: Iterable[Any]) -> str:
    """Return a line of COPY in text; None is NULL, a list is an array of text, anything else is its str().

    A character that PostgreSQL cannot keep is replaced, as in ``composite``.
    """
    values = tuple(values)
    texts = [_text(value) for value in values]
    # One look at all of them: next to no line has anything to escape.
    if _COPY_SPECIAL.search("".join(texts)):
        texts = [text.translate(_COPY_ESCAPES) for text in texts]
    line = "\t".join(["\\N" if value is None else text for value, text in zip(values, texts, strict=True)]) + "\n"
    return line if line.isascii() and "\x00" not in line else keepable(line)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    return _array(value) if isinstance(value, list) else str(value)


_COPY_SPECIAL = re.compile(r"[\\\t\n\r]")
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
