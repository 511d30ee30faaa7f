"""Accounts that are on a flag's list by name, those of them that are gone, and all that lists and evidence have."""

from collections.abc import Mapping
from typing import Final

from migration_harness.accounts import BY_ID, AccountInfo, account_named, directory, in_order
from migration_harness.control.flips import Membership
from migration_harness.database import connection
from migration_harness.exceptions import AmbiguousAccount, InvalidChange, UnknownAccount
from migration_harness.models import FlagMember

_SEEN: Final = """
SELECT account_id FROM migration_harness_flagmember
UNION SELECT account_id FROM migration_harness_account_evidence WHERE account_id <> ''
"""


def gone_members(flag: str) -> list[str]:
    """Return the ids of members that the host does not know any more, in order."""
    ids = in_order(FlagMember.objects.filter(flag__name=flag).values_list("account_id", flat=True))
    known = directory().describe(ids) if ids else {}
    return [account_id for account_id in ids if account_id not in known]


def seen_accounts() -> list[str]:
    """Return the id of every account that a list or the evidence has: those of a host without a directory."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN)
        return [account_id for (account_id,) in cursor.fetchall()]


def account_to_move(*, flag: str, text: str, membership: Membership) -> tuple[str, AccountInfo | None]:
    """Return the id of the account that is to be included, excluded or taken off the list, and what is known of it.

    One that is gone can only be taken off: nothing is known of it then. Raises UnknownAccount, AmbiguousAccount.
    """
    gone_id = text.strip().removeprefix(BY_ID)
    is_gone = membership == "inherit" and gone_id in gone_members(flag)
    if is_gone and text.strip().startswith(BY_ID):
        return gone_id, None
    try:
        found = account_named(text)
    except UnknownAccount:
        if is_gone:
            return gone_id, None
        raise
    if is_gone:
        raise AmbiguousAccount(
            f"{text!r} is the name of an account ({BY_ID}{found.account_id}), and the id of one that is gone and still "
            f"on the list of {flag}. Say which by its id, for example {BY_ID}{gone_id}"
        )
    return found.account_id, found


def accounts_to_move(*, flag: str, named: Mapping[str, Membership]) -> dict[str, Membership]:
    """Return what is to become of several accounts, by their ids; ids that are known are looked up at once.

    Raises as :func:`account_to_move`, and InvalidChange where an account is named twice in two ways.
    """
    by_id = {text.removeprefix(BY_ID): text for text in named if text.startswith(BY_ID)}
    known = directory().describe(by_id)
    moves: dict[str, Membership] = {}
    for text, membership in named.items():
        is_known = text.startswith(BY_ID) and text.removeprefix(BY_ID) in known
        account_id = (
            text.removeprefix(BY_ID) if is_known else account_to_move(flag=flag, text=text, membership=membership)[0]
        )
        if moves.setdefault(account_id, membership) != membership:
            raise InvalidChange(f"Account {account_id} is named twice, to be {moves[account_id]} and {membership}.")
    return moves
