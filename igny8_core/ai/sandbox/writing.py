"""Sentences about a subject: the same words for the same seed."""

from hashlib import sha256
from typing import Final

_SENTENCES: Final = (
    "Most people who look for {0} want to decide something, so say first what the choice is.",
    "A good answer about {0} names the price, the time it takes and what can go wrong.",
    "With {0}, small habits matter more than expensive equipment.",
    "Before you spend money on {0}, compare three offers and ask what is not included.",
    "The common mistake with {0} is to begin too large; begin with one thing that works.",
    "Those who have done it for years say that {0} becomes easier once the first routine is there.",
    "Write down what you expect of {0}, and look at it again after a month.",
    "There is no single right way to {0}, but there are wrong ones that cost a season.",
    "Ask somebody who was disappointed by {0}: the reasons are usually the same three.",
    "If you remember one thing about {0}, let it be that patience is cheaper than haste.",
)


def number(seed: str, limit: int) -> int:
    """Return a whole number from 0 to ``limit`` - 1 that belongs to the seed."""
    return int.from_bytes(sha256(seed.encode()).digest()[:8], "big") % limit


def sentence(subject: str, seed: str) -> str:
    """Return one sentence about the subject."""
    return _SENTENCES[number(seed, len(_SENTENCES))].format(subject)


def paragraph(subject: str, seed: str, *, sentences: int = 4) -> str:
    """Return sentences about the subject, no two of them the same."""
    first = number(seed, len(_SENTENCES))
    # 3 and 10 have no common divisor: each step reaches another sentence.
    return " ".join(_SENTENCES[(first + 3 * step) % len(_SENTENCES)].format(subject) for step in range(sentences))
