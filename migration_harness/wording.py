"""How commands and pages say who is in a cohort, how much something is, and how long ago it was."""

from math import ceil
from typing import Final, Protocol

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


class Cohort(Protocol):
    """What a sentence about a cohort needs: a ``FlagStatus`` has it. ``share_bps`` is in basis points."""

    @property
    def everyone(self) -> bool | None: ...  # noqa: D102
    @property
    def included(self) -> int: ...  # noqa: D102
    @property
    def excluded(self) -> int: ...  # noqa: D102
    @property
    def share_bps(self) -> int: ...  # noqa: D102


def cohort_text(flag: Cohort) -> str:
    """Return who is in the cohort, in words."""
    if flag.everyone is False:
        return "nobody (rolled back)"
    parts = ["everyone"] if flag.everyone else []
    if not flag.everyone:
        parts += [f"{flag.included} by name"] if flag.included else []
        parts += [percent(flag.share_bps)] if flag.share_bps else []
    parts += [f"without {flag.excluded}"] if flag.excluded else []
    return ", ".join(parts) or "nobody"


def ended(text: str) -> str:
    """Return a text with a full stop at its end, unless a mark ends it already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def percent(share_bps: int) -> str:
    """Return basis points as a percentage, for example ``25 %``."""
    return f"{share_bps / 100:g} %"


def at_most(ratio: float) -> str:
    """Return an upper bound as a percentage, rounded up so as to stay one, for example ``0.94 %``."""
    return f"{ceil(ratio * 10_000) / 100:g} %"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return how many there are of a noun: ``1 call``, ``2,000 calls``; ``plural`` where it takes no s."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def age(seconds: float) -> str:
    """Return how long ago something was, in the largest unit that it fills: ``45 s``, ``3 min``, ``2 h``, ``9 d``."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size:,.0f} {unit}"
    return f"{seconds:.0f} s"
