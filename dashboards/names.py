"""Accounts by name: what people know them by."""

from collections.abc import Iterable

from migration_harness.accounts import directory


class Names:
    """The names of some accounts, asked for at once."""

    def __init__(self, account_ids: Iterable[str]) -> None:
        self._known = directory().describe({i for i in account_ids if i})

    def of(self, account_id: str) -> str:
        """Return an account's name, or what can be said without one."""
        if not account_id:
            return "(no account)"
        known = self._known.get(account_id)
        return known.name if known else f"account {account_id}"

    def some(self, account_ids: list[str], *, most: int = 5) -> str:
        """Return the names of the first few, and how many more there are."""
        names = ", ".join(self.of(i) for i in account_ids[:most])
        return names + (f" and {len(account_ids) - most:,} more" if len(account_ids) > most else "")
