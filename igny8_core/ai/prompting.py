"""A question to a text model, and the JSON in its answer.

A prompt of the service has two JSON objects: in the system message an example of the answer's shape, in the
user's message the data. So what customers wrote stays apart from what is asked.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)
_CHARACTERS_PER_TOKEN: Final = 4


class UnexpectedAnswer(Exception):
    """The answer is not what was asked for. Says what is wrong and quotes nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is told (``system``) and given (``user``)."""

    system: str
    user: str

    @property
    def tokens(self) -> int:
        """About how many tokens it has: four characters each."""
        return -(-(len(self.system) + len(self.user)) // _CHARACTERS_PER_TOKEN)


def json_prompt(*, instruction: str, shape: Mapping[str, Any], data: Mapping[str, Any]) -> Prompt:
    """Return a prompt that asks for one JSON object of this shape."""
    example = json.dumps(shape, ensure_ascii=False)
    return Prompt(
        system=f"{instruction}\nAnswer with one JSON object of this shape and nothing else:\n{example}",
        user=json.dumps(data, ensure_ascii=False),
    )


def json_object(text: str) -> dict[str, Any]:
    """Return the object that an answer is, also where it stands in a code fence; raises UnexpectedAnswer."""
    fenced = _FENCE.match(text)
    try:
        answer = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        raise UnexpectedAnswer("the answer is not JSON") from None
    if not isinstance(answer, dict):
        raise UnexpectedAnswer("the answer is not a JSON object")
    return answer


def text_at(answer: Mapping[str, Any], name: str, *, longest: int | None = None, needed: bool = True) -> str:
    """Return a text of the answer, cut to ``longest``; raises UnexpectedAnswer where it is missing or no text."""
    value = answer.get(name, "")
    # PostgreSQL has no place for this one character.
    text = value.replace("\0", "").strip() if isinstance(value, str) else None
    if text is None or (needed and not text):
        raise UnexpectedAnswer(f"{name!r} is not a text")
    return text[:longest]


def list_at(answer: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    """Return a list of the answer whose items all are ``kind``; raises UnexpectedAnswer for any other."""
    value = answer.get(name)
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise UnexpectedAnswer(f"{name!r} is not a list of {kind.__name__}")
    return value
