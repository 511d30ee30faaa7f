"""Values as PostgreSQL reads them in text: for a statement that goes past the driver's own quoting."""

import re
from collections.abc import Iterable
from typing import Any


def composite(values: Iterable[Any]) -> str:
    """Return the literal of a composite value; None is NULL, a list is an array of text, anything else is its str()."""
    return f"({','.join(['' if value is None else _field(value) for value in values])})"


def _field(value: Any) -> str:
    if type(value) is int:
        return str(value)
    return _quoted(_array(value) if isinstance(value, list) else str(value))


def _array(values: Iterable[Any]) -> str:
    return f"{{{','.join([_quoted(str(value)) for value in values])}}}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def copied(values: Iterable[Any]) -> str:
    """Return a line of COPY in text; None is NULL, a list is an array of text, anything else is its str()."""
    return "\t".join([_column(value) for value in values]) + "\n"


def _column(value: Any) -> str:
    if value is None:
        return "\\N"
    text = _array(value) if isinstance(value, list) else str(value)
    return text.translate(_COPY_ESCAPES) if _COPY_SPECIAL.search(text) else text


_COPY_SPECIAL = re.compile(r"[\\\t\n\r]")
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
