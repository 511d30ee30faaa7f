"""Why a difference is intended: a rule, or an oracle that computes the right answer independently."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from migration_harness.comparing.difference import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Explains a difference that people decided to accept.

    Attributes:
        name: How logs and pages call it.
        reason: Why the difference is right, in a sentence for finance and engineers alike.
        owner: Who answers for it.
        expires: The last day on which it explains anything.
        covers: Takes the differences and the call's arguments by name; tells whether they are covered.
        version: Of what it rests on beside its code, see ``version_of``; another one begins a new evidence window.
    """

    name: str
    reason: str
    owner: str
    expires: date
    covers: Callable[[tuple[Difference, ...], Mapping[str, Any]], bool]
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """Computes what each side must answer, from another source than either side.

    A candidate that does not equal ``answer`` is a mismatch even where both sides agree. A difference
    is intended only where the candidate equals ``answer`` and the control equals ``recorded_legacy``.

    Attributes:
        name: How logs and pages call it.
        reason: Why its answers are right.
        owner: Who answers for it.
        expires: The last day on which it explains a difference.
        answer: The right answer; takes the call's arguments by name.
        recorded_legacy: What the control is known to answer; takes the call's arguments by name.
        version: Of what it rests on beside its code, see ``version_of``; another one begins a new evidence window.
    """

    name: str
    reason: str
    owner: str
    expires: date
    answer: Callable[..., Any]
    recorded_legacy: Callable[..., Any]
    version: str = ""


Explanation = Rule | Oracle


def version_of(content: bytes) -> str:
    """Return a short digest of what an explanation rests on, for example of a price list."""
    return sha256(content).hexdigest()[:12]
