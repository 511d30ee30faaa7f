"""What a prompt can ask of the sandbox: ``[[sandbox tokens_in=1200 tokens_out=300]]`` or ``[[sandbox fault=429]]``.

A marker travels inside a prompt, so it works through the whole service: put it into a keyword, a title or
an image prompt. Answers never repeat it. Words that the sandbox does not know are allowed and tell two
markers apart (``id=a7``), because faults are counted by the marker's whole text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from time import time
from typing import Final

_MARKER: Final = re.compile(r"\s*\[\[sandbox\s([^\]]*)\]\]")
_SLOW_SECONDS: Final = 30.0


class Fault(StrEnum):
    """A way in which a provider misbehaves."""

    SLOW = "slow"
    """Answers after ``seconds`` (30)."""
    TRICKLE = "trickle"
    """Answers at once, and takes ``seconds`` (30) for the whole answer."""
    RATE_LIMITED = "429"
    """Says that there were too many requests."""
    FAILED = "500"
    """Says that it failed."""
    REFUSED = "400"
    """Says that the request breaks its rules."""
    GONE = "404"
    """Says that it does not have the model."""
    TIMED_OUT = "408"
    """Says that it waited too long for the request."""
    IN_THE_WAY = "409"
    """Says that another request is in the way."""
    CUT = "cut"
    """Closes the connection in the middle of the answer."""
    NONSENSE = "nonsense"
    """Answers with a body that is not in its wire format."""
    PROSE = "prose"
    """Answers in its wire format, but not what was asked for: a sentence for JSON, a text for a picture."""
    NO_USAGE = "no_usage"
    """Leaves out how many tokens were used."""
    ZERO_USAGE = "zero_usage"
    """Says that no tokens were used."""
    LENGTH = "length"
    """Answers half of a text, cut off where ``max_tokens`` ended."""
    REFUSAL = "refusal"
    """Answers, in its wire format and with what it used, that the model will not do it."""
    FILTERED = "content_filter"
    """Answers half of a text, stopped by a filter."""
    EMPTY = "empty"
    """Answers an empty text, or no picture at all."""
    NO_CHOICES = "no_choices"
    """Answers what was used, and nothing else."""
    BROKEN_JSON = "broken_json"
    """Answers JSON that ends too early."""
    ADDRESS = "address"
    """Answers the address of a picture where the picture was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What a prompt asks for. ``times`` is None where the fault does not end.

    Attributes:
        pause: The headers by which a refusal asks to be left alone: ``retry_after`` and ``retry_after_ms`` as they
            are, ``retry_at`` as the moment that is so many seconds away.
    """

    text: str
    fault: Fault | None = None
    times: int | None = None
    seconds: float = _SLOW_SECONDS
    pause: Mapping[str, str] = field(default_factory=dict)
    tokens_in: int | None = None
    tokens_out: int | None = None


class MalformedMarker(ValueError):
    """A marker says something that the sandbox does not understand."""


NO_MARKER: Final = Marker(text="")


def find_marker(text: str) -> Marker:
    """Return the first marker of ``text``, NO_MARKER without one. Raises MalformedMarker."""
    if (found := _MARKER.search(text)) is None:
        return NO_MARKER
    words = dict(word.partition("=")[::2] for word in found[1].split())
    try:
        return Marker(
            text=found[0].strip(),
            fault=Fault(words["fault"]) if "fault" in words else None,
            times=_number(words, "times"),
            seconds=float(words.get("seconds", _SLOW_SECONDS)),
            pause=_pause(words),
            tokens_in=_number(words, "tokens_in"),
            tokens_out=_number(words, "tokens_out"),
        )
    except ValueError as error:
        raise MalformedMarker(f"{found[0].strip()}: {error}") from None


def without_markers(text: str) -> str:
    """Return ``text`` as a person wrote it."""
    return _MARKER.sub("", text)


def _pause(words: dict[str, str]) -> dict[str, str]:
    headers = {"Retry-After": words.get("retry_after"), "retry-after-ms": words.get("retry_after_ms")}
    if "retry_at" in words:
        headers["Retry-After"] = formatdate(time() + float(words["retry_at"]), usegmt=True)
    return {name: value for name, value in headers.items() if value is not None}


def _number(words: dict[str, str], name: str) -> int | None:
    return int(words[name]) if name in words else None
