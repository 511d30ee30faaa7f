"""Where in a value something is: as steps, as text, and as a pattern over many places.

A pattern is written as a path is shown: ``result.items[*].id``.

=================  ===========================================================
``result``         the value itself; every path begins with the seam's root
``.name``          a key of a mapping, or a field of a dataclass
``["gpt-5.1"]``    a key with other characters than letters, digits, ``_`` and ``-``
``.*``             any key, or any field
``[3]``            one element of a sequence
``[*]``            any element of a sequence or of a set
=================  ===========================================================

A key that is no text is matched by what a path shows of it: ``.7`` is the key 7.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from migration_harness.comparing.stored import name_of
from migration_harness.exceptions import HarnessMisconfigured

MAX_KEY_TEXT: Final = 100
"""Characters of a key that a path shows."""
_MAX_KEY_BITS: Final = 256
_MAX_KEY_PARTS: Final = 5
_PLAIN: Final = frozenset({bool, float, Decimal, date, datetime, UUID, type(None)})


@dataclass(frozen=True, slots=True)
class Key:
    """A step to the value of a key, or to a field of a dataclass."""

    name: Any


@dataclass(frozen=True, slots=True)
class Index:
    """A step to an element of a sequence."""

    position: int


@dataclass(frozen=True, slots=True)
class Member:
    """A step to an element of a set, which has no name."""

    value: Any


Step = Key | Index | Member
Steps = tuple[Step, ...]


def path_text(root: str, steps: Steps, *, general: bool = False) -> str:
    """Return the path as pages show it; ``general`` names all elements of a sequence alike."""
    return root + "".join([_step_text(step, general=general) for step in steps])


def _step_text(step: Step, *, general: bool) -> str:
    if isinstance(step, Key):
        return f".{key_text(step.name)}"
    return f"[{step.position}]" if isinstance(step, Index) and not general else "[*]"


def key_text(key: Any) -> str:
    """Return a key as text: short, in one line, and of an object of an unknown class the class alone."""
    kind = type(key)
    if kind is tuple:
        text = f"({', '.join([key_text(part) for part in key[:_MAX_KEY_PARTS] if type(part) is not tuple])})"
    elif issubclass(kind, str):
        text = str.__str__(key)
    elif issubclass(kind, Enum):
        text = f"{name_of(kind)}.{key._name_}"
    elif kind in _PLAIN or (kind is int and key.bit_length() <= _MAX_KEY_BITS):
        text = str(key)
    else:
        text = name_of(kind)
    if len(text) > MAX_KEY_TEXT:
        text = f"{text[:MAX_KEY_TEXT]}…"
    return text if text.isprintable() else text.encode("unicode_escape", "backslashreplace").decode("ascii")


_ROOT: Final = re.compile(r"[^\W\d]\w*")
_PART: Final = re.compile(
    r'\.(?P<name>[\w-]+)|(?P<key>\.\*)|\[(?P<index>\d+)\]|(?P<element>\[\*\])|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A path in which a step may stand for any.

    Attributes:
        text: As it was written.
        parts: What each step must be: the text of a key, the position of an element, True for any key, False for any
            element.
    """

    text: str
    parts: tuple[str | int | bool, ...]

    def matches(self, steps: Steps) -> bool:
        """Tell whether this is the place, or one of the places."""
        return len(steps) == len(self.parts) and self.covers(steps)

    def covers(self, steps: Steps) -> bool:
        """Tell whether this is the place or one below it."""
        return len(steps) >= len(self.parts) and all(map(_fits, self.parts, steps))


def _fits(part: str | int | bool, step: Step) -> bool:  # noqa: FBT001  Two of the kinds of a part.
    if isinstance(step, Key):
        return part is True or (isinstance(part, str) and part == key_text(step.name))
    return part is False or (isinstance(step, Index) and type(part) is int and part == step.position)


def pattern_of(text: str, *, root: str) -> Pattern:
    """Read a pattern; raises HarnessMisconfigured where it is none, or begins with another root."""
    begin = _ROOT.match(text)
    if begin is None or begin[0] != root:
        raise HarnessMisconfigured(f"The path {text!r} leads nowhere: the paths of this seam begin with {root!r}.")
    parts: list[str | int | bool] = []
    position = begin.end()
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise HarnessMisconfigured(
                f"The path {text!r} cannot be read from {text[position:]!r} on. Write it as {root}.items[*].id, "
                f'and a key with other characters in quotes: {root}["gpt-5.1"].'
            )
        parts.append(_part(found))
        position = found.end()
    return Pattern(text=text, parts=tuple(parts))


def _part(found: re.Match[str]) -> str | int | bool:
    if found["quoted"] is not None:
        return str(json.loads(found["quoted"]))
    if found["name"] is not None:
        return found["name"]
    return int(found["index"]) if found["index"] is not None else found["key"] is not None
