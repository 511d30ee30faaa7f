"""What the harness asks of the host about accounts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, cast

from migration_harness.conf import configured, setting
from migration_harness.exceptions import AmbiguousAccount, UnknownAccount

BY_ID: Final = "id:"
"""Before an id: no name is meant, whatever accounts are called."""
_NAMED: Final = 10
"""Candidates that are listed; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo:
    """An account as an operator sees it. ``balance`` is in credits, None where nobody knows of any."""

    account_id: str
    name: str
    plan: str
    balance: int | None


class AccountDirectory(Protocol):
    """The host's accounts. Named by the setting ``HARNESS["ACCOUNTS"]``; a host may do without."""

    def describe(self, account_ids: Iterable[str]) -> Mapping[str, AccountInfo]:
        """Return what is known of these accounts; an unknown id is left out."""

    def all_ids(self) -> list[str]:
        """Return the id of every account."""

    def find(self, text: str) -> AccountInfo | Sequence[AccountInfo] | None:
        """Return the account with this id or exact name; all of them where there are several, None without any."""


class Seen:
    """The directory of a host that named none: accounts are ids, those that a list or the evidence has."""

    ids: ClassVar[Callable[[], Iterable[str]]] = staticmethod(list)
    """Whoever can read lists and evidence says so here, at start-up."""

    def describe(self, account_ids: Iterable[str]) -> Mapping[str, AccountInfo]:
        """Return each of them: nobody says that one does not exist."""
        return {each: _by_id_alone(each) for each in account_ids}

    def all_ids(self) -> list[str]:
        """Return the id of every account that was seen."""
        return in_order(Seen.ids())

    def find(self, text: str) -> AccountInfo | None:
        """Return the account with this id, None for no text."""
        return _by_id_alone(text) if text else None


def _by_id_alone(account_id: str) -> AccountInfo:
    return AccountInfo(account_id=account_id, name=account_id, plan="", balance=None)


def directory() -> AccountDirectory:
    """Return the host's directory, else that of the accounts which were seen. Raises HarnessMisconfigured."""
    return cast("AccountDirectory", configured("ACCOUNTS")) if has_directory() else Seen()


def has_directory() -> bool:
    """Tell whether the host has a directory, so that names, plans and balances are known."""
    return bool(setting("ACCOUNTS"))


def in_order(account_ids: Iterable[str]) -> list[str]:
    """Return ids in the order in which people count them: 9 before 10."""
    return sorted(account_ids, key=lambda each: (len(each), each))


def account_named(text: str) -> AccountInfo:
    """Return the account with this id or exact name; ``id:7`` is the id 7 and no name.

    Raises UnknownAccount where there is none, AmbiguousAccount where there are several: none is guessed.
    """
    given = text.strip()
    by_id = given.removeprefix(BY_ID) if given.startswith(BY_ID) else None
    found = [] if by_id is None else _of_id(by_id)
    # A name may begin or end with a blank: what was typed comes before what may have been meant.
    found = found or _candidates(text) or _candidates(given)
    match found:
        case []:
            raise UnknownAccount(f"There is no account with the id or name {text!r}.")
        case [account]:
            return account
        case _:
            raise AmbiguousAccount(_which(text, found))


def _of_id(account_id: str) -> list[AccountInfo]:
    """Return the account with this id, in the host's notation or another one of the same."""
    found = _candidates(account_id)
    return [each for each in found if each.account_id == account_id] or [
        each for each in found if each.name != account_id
    ]


def _candidates(text: str) -> list[AccountInfo]:
    if _is_no_text(text):
        return []
    found = directory().find(text)
    several = [found] if isinstance(found, AccountInfo) else found or ()
    return list({each.account_id: each for each in several}.values())


def _is_no_text(text: str) -> bool:
    """Tell whether no database can be asked for this: a NUL, or bytes of an argument that are no UTF-8."""
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def _which(text: str, found: Sequence[AccountInfo]) -> str:
    listed = "; ".join(f"{each.name} ({BY_ID}{each.account_id}, {each.plan})" for each in found[:_NAMED])
    more = f"; and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    return (
        f"{len(found):,} accounts have the id or name {text!r}: {listed}{more}. "
        f"Say which by its id, for example {BY_ID}{found[0].account_id}"
    )
