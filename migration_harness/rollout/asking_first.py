"""Who outside is asked before a step, and may say no."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a step may be taken, and why not."""

    allowed: bool
    sentence: str = ""


def ask_first(*, flag: str, step: str, details: Mapping[str, str | int | None]) -> Answer:  # noqa: ARG001  What they are told.
    """Ask whether a step may be taken. Call it outside of any transaction: the answer may take its time."""
    return Answer(allowed=True)
