"""What the trial balance reads of the host's ledger: the host's tables, as SQL that names their columns."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, cast

from migration_harness.conf import configured, setting

ENTRIES: Final = "entries"
USAGE: Final = "usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The host's books: each a SELECT without parameters over one table. Named by the setting ``HARNESS["BOOKS"]``.

    Rows are read by ranges of ids, by account, by operation and by entry: each needs its index. Entries of one account
    have ids in the order of its balance: whoever enters one locks the account before the id is taken, and the sequence
    keeps no ids for a session. ``version`` is ``xmin::text::bigint``; ``content`` is a text of all that must never
    change, which no setting writes in another way (of a time its ``extract(epoch …)``).

    Attributes:
        accounts: ``account_id, opening, balance``: credits at the beginning and now.
        entries: ``id, account_id, amount, balance_after, operation_id, is_charge, priced_by, flag_epoch, control_price,
            candidate_price, at, content, version``. A charge is what a customer pays for an operation. ``priced_by``,
            ``flag_epoch`` and the prices are those of the :class:`~migration_harness.seams.charge.Charge`.
        usage: ``id, entry_id, account_id, credits, content, version``: what each charge was for; a row that nobody paid
            for has no entry and 0 credits.
        entries_table: The table of the entries. Nobody updates it or deletes from it.
        usage_table: That of the usage.
        words: ``entry_id, what``: of each charge what it was for, as a statement names it, for example
            ``clustering · gpt-5.1``; entries by their index. Empty: nobody says it.
    """

    accounts: str
    entries: str
    usage: str
    entries_table: str
    usage_table: str
    # No law reads it: what is known of old rows holds whatever they are called.
    words: str = field(default="", repr=False)

    def within(self, sql: str) -> str:
        """Return a statement of ours with ``{accounts}``, ``{entries}``, ``{usage}`` and ``{words}`` filled in."""
        for name in ("accounts", "entries", "usage", "words"):
            sql = sql.replace(f"{{{name}}}", f"({getattr(self, name).replace('%', '%%')})")
        return sql

    @property
    def digest(self) -> str:
        """Of the statements: where they are others, a row that nobody changed may read otherwise."""
        return sha256(repr(self).encode()).hexdigest()

    @property
    def tables(self) -> dict[str, str]:
        """The table of each book."""
        return {ENTRIES: self.entries_table, USAGE: self.usage_table}


def books() -> Books | None:
    """Return the host's books, None where it names none. Raises HarnessMisconfigured."""
    return cast("Books", configured("BOOKS")) if setting("BOOKS") else None
