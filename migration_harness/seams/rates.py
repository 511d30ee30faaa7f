"""The rates by which a seam's candidate computes, beside those that were signed: what a wrong amount comes from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

Amount: TypeAlias = int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One rate as it is now.

    Attributes:
        name: What it is, for people: ``tokens per credit of gpt-5.1``.
        used: What the candidate computes by; None where it has none.
        signed: What was signed; None where nothing was.
        changed_at: When what it is kept in was changed last; None where nobody knows.
        changed_by: Who did that; empty where nobody knows.
        address: Of the page where it is changed; empty where there is none.
    """

    name: str
    used: Amount | None
    signed: Amount | None
    changed_at: datetime | None = None
    changed_by: str = ""
    address: str = ""

    @property
    def is_signed(self) -> bool:
        """Whether it is what was signed."""
        return self.used == self.signed


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRates:
    """Says by which rates the calls of some seams are priced. Making one registers it.

    Attributes:
        seams: The names of the seams.
        read: Returns the rates of a call; takes the call's arguments by name, as a sample keeps them. It may read the
            database.
    """

    seams: tuple[str, ...]
    read: Callable[..., Iterable[Rate]]

    def __post_init__(self) -> None:
        for seam in self.seams:
            _by_seam[seam] = self


_by_seam: dict[str, SignedRates] = {}


def signed_rates(seam: str) -> SignedRates | None:
    """Return what was declared for a seam; None where nothing was."""
    return _by_seam.get(seam)
