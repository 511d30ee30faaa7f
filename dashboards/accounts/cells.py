"""One account under one flag: what a page shows of it, and what its toggles ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode

from migration_harness.control.flips import Membership
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.exceptions import InvalidChange
from migration_harness.queries import membership_of

MEMBERSHIPS: Final[tuple[Membership, ...]] = ("on", "off", "inherit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle:
    """What one button asks for."""

    flag: str
    account_id: str
    membership: Membership

    @property
    def text(self) -> str:
        """The toggle as the value of a button; :func:`toggle_in` reads it."""
        return urlencode({"to": self.membership, "flag": self.flag, "account": self.account_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An account under a flag; ``asks`` is what its buttons send, for each membership."""

    flag: str
    stage: str
    on_candidate: bool
    membership: Membership
    asks: tuple[tuple[Membership, str], ...]


def cells_of(snapshot: Snapshot, flags: Iterable[str], account_id: str) -> tuple[Cell, ...]:
    """Return the cells of an account, one for each of these flags."""
    return tuple(_cell(snapshot, name, account_id) for name in flags)


def cell_of(flag: str, account_id: str, *, stage: str, on_candidate: bool, membership: Membership) -> Cell:
    """Return a cell with what its buttons ask for."""
    # Written once and cut: a page has hundreds of them.
    rest = urlencode({"flag": flag, "account": account_id})
    asks = tuple((each, f"to={each}&{rest}") for each in MEMBERSHIPS)
    return Cell(flag=flag, stage=stage, on_candidate=on_candidate, membership=membership, asks=asks)


def toggle_in(text: str) -> Toggle:
    """Read what a button asks for; raises InvalidChange where nobody can."""
    found = parse_qs(text, keep_blank_values=True)
    to = found.get("to", [""])[0]
    membership = next((each for each in MEMBERSHIPS if each == to), None)
    if membership is None or not found.keys() >= {"flag", "account"}:
        raise InvalidChange("What is to be changed cannot be read. Press a button of the page.")
    return Toggle(flag=found["flag"][0], account_id=found["account"][0], membership=membership)


def _cell(snapshot: Snapshot, name: str, account_id: str) -> Cell:
    decision = snapshot.decide(name, account_id)
    membership = membership_of(snapshot.flags[name], account_id)
    return cell_of(name, account_id, stage=decision.stage.value, on_candidate=decision.in_cohort, membership=membership)
