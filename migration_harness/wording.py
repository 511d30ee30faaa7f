"""How commands and pages say who is in a cohort, and how long ago something was."""

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


def percent(share_bps: int) -> str:
    """Return basis points as a percentage, for example ``25 %``."""
    return f"{share_bps / 100:g} %"


def age(seconds: float) -> str:
    """Return how long ago something was, in the largest unit that it fills: ``45 s``, ``3 min``, ``2 h``, ``9 d``."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size:,.0f} {unit}"
    return f"{seconds:.0f} s"
