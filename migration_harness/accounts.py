"""What the harness asks of the host about accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from migration_harness.conf import configured


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo:
    """An account as an operator sees it. ``balance`` is in credits."""

    account_id: str
    name: str
    plan: str
    balance: int


class AccountDirectory(Protocol):
    """The host's accounts. Named by the setting ``HARNESS["ACCOUNTS"]``."""

    def describe(self, account_ids: Iterable[str]) -> Mapping[str, AccountInfo]:
        """Return what is known of these accounts; an unknown id is left out."""

    def all_ids(self) -> list[str]:
        """Return the id of every account."""

    def find(self, text: str) -> AccountInfo | None:
        """Return the account with this id or exact name."""


def directory() -> AccountDirectory:
    """Return the host's directory. Raises HarnessMisconfigured where none is set."""
    return cast("AccountDirectory", configured("ACCOUNTS"))
