"""The words for verdicts, states and answers, each with a mark of its own so that nobody depends on colours."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Tone(StrEnum):
    """How a label is coloured; a colour has one meaning on every page, and a mark stands beside it."""

    GOOD = "good"
    """Green: open, as it should be."""
    BAD = "bad"
    """Red: closed, somebody has to look at it."""
    WAITING = "waiting"
    """Blue: running, somebody is on it."""
    PLAIN = "plain"
    """Grey: unknown, or nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A word and its mark. ``meaning`` is a sentence for whoever does not know the word."""

    mark: str
    word: str
    tone: Tone
    meaning: str


def _label(mark: str, word: str, tone: Tone, meaning: str) -> Label:
    return Label(mark=mark, word=word, tone=tone, meaning=meaning)


VERDICTS: Final = {
    "match": _label("✓", "match", Tone.GOOD, "Both sides agree."),
    "intended": _label("≈", "intended", Tone.GOOD, "They differ, and an explanation covers it."),
    "mismatch": _label("≠", "mismatch", Tone.BAD, "They differ and nothing explains it."),
    "candidate_error": _label("✗", "candidate error", Tone.BAD, "The candidate raised where the control did not."),
    "control_error": _label("!", "control error", Tone.BAD, "The control raised an error that is not declared."),
    "both_error": _label("=", "both error", Tone.PLAIN, "Both raised the same declared error."),
    "timeout": _label("≫", "timeout", Tone.BAD, "The candidate took longer than its budget."),
    "blocked": _label("■", "blocked", Tone.BAD, "The side that does not answer tried a side effect."),
    "unlawful": _label("§", "unlawful", Tone.BAD, "An operation breaks a law, whichever side answered."),
}

REVIEWS: Final = {
    "open": _label("!", "open", Tone.BAD, "Nobody has looked at it."),
    "reopened": _label("↻", "reopened", Tone.BAD, "It came back after it was said to be fixed."),
    "acknowledged": _label("…", "acknowledged", Tone.WAITING, "Somebody is on it."),
    "fixed": _label("✓", "fixed", Tone.GOOD, "It reopens by itself when it comes back."),
    "explained": _label("≈", "explained", Tone.GOOD, "It needs nobody."),
}

EXPLANATIONS: Final = {
    "proposed": _label("?", "proposed", Tone.WAITING, "It explains nothing before another person has approved it."),
    "approved": _label("✓", "approved", Tone.GOOD, "What it covers is intended."),
    "expired": _label("!", "expired", Tone.BAD, "It explains nothing any more: its last day is over."),
    "rejected": _label("✗", "rejected", Tone.PLAIN, "Somebody refused it."),
    "withdrawn": _label("↩", "withdrawn", Tone.PLAIN, "Whoever proposed it took it back."),
    "revoked": _label("■", "revoked", Tone.PLAIN, "It was taken out of force."),
}

APPROVALS: Final = {
    "asked": _label("○", "asked", Tone.WAITING, "Another person has to answer."),
    "not countersigned": _label("!", "not countersigned", Tone.BAD, "A superuser passed, and nobody else has signed."),
    "approved": _label("✓", "approved", Tone.GOOD, "It can be done once, with the same numbers."),
    "used": _label("■", "used", Tone.PLAIN, "It was done."),
    "refused": _label("✗", "refused", Tone.PLAIN, "Another person said no."),
    "withdrawn": _label("↩", "withdrawn", Tone.PLAIN, "Whoever asked has taken it back."),
    "expired": _label("·", "expired", Tone.PLAIN, "Nobody answered, or did it, in time."),
    "void": _label("≠", "void", Tone.PLAIN, "It was no longer what was asked."),
}

PHASES: Final = {
    "pending": _label("○", "pending", Tone.PLAIN, "A phase before it is not complete."),
    "active": _label("▶", "active", Tone.WAITING, "It is the one that is being gone through."),
    "complete": _label("✓", "complete", Tone.GOOD, "It was closed, and the next one began."),
    "rolled_back": _label("↩", "rolled back", Tone.BAD, "One of its flags is off for everyone."),
}

ANSWERS: Final = {
    "open": _label("✓", "open", Tone.GOOD, "The condition holds."),
    "closed": _label("✗", "closed", Tone.BAD, "The condition does not hold."),
    "unknown": _label("?", "unknown", Tone.PLAIN, "There is nothing to say it by, which counts as closed."),
}

STAGES: Final = {
    "off": "the control answers alone",
    "dualwrite": "the control answers, both stores are written",
    "shadow": "the control answers, both are compared",
    "live": "the candidate answers, both are compared",
    "rampdown": "the candidate answers alone, the legacy store is still written",
    "complete": "the candidate answers alone",
}
