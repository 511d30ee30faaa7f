"""What the harness asks of the host's ledger: what charges came to, and entries that correct them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, cast

from migration_harness.conf import configured
from migration_harness.money.against import Against


class Correction(StrEnum):
    """Which way credits move when charges are healed."""

    REFUND = "refund"
    """The account paid too much."""
    DEBIT = "debit"
    """The account paid too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which charges: made from ``since`` up to before ``until``, by these accounts; without any, by all.

    ``against`` is the price by which they are measured; None is the first that the ledger names.
    """

    since: datetime | None
    until: datetime
    account_ids: tuple[str, ...] = ()
    against: Against | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDue:
    """One account's charges that the candidate priced, against the price of the scope; all amounts are credits.

    What was given back for a charge before is no longer paid. A difference that was meant is never ``underpaid``.

    Attributes:
        account_id: Whose charges these are.
        charges: How many, by the way in which the work came.
        overpaid_charges: Those above the price, of which something is still to be given back.
        overpaid: By how much.
        underpaid_charges: Those below the price that nobody corrected yet.
        underpaid: By how much.
        unknown_charges: Those whose price is not known, and that nobody corrected yet.
        unknown: What was paid for them.
        healed_charges: Those healed before.
        refunded: What was given back for them.
        debited: What was taken for them.
        derived_charges: Those that keep no signed price, so that it was computed again from what they used.
    """

    account_id: str
    charges: Mapping[str, int]
    overpaid_charges: int
    overpaid: int
    underpaid_charges: int
    underpaid: int
    unknown_charges: int
    unknown: int
    healed_charges: int
    refunded: int
    debited: int
    derived_charges: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One entry that was written: how many charges it heals, and its credits, always above 0."""

    charges: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """On whose word an entry is written; it is kept with the entry. ``run`` is one call of ``heal``."""

    run: str
    actor: str
    approver: str
    reason: str


class Ledger(Protocol):
    """The host's ledger. Named by the setting ``HARNESS["LEDGER"]``.

    One may say in ``database`` at which alias it is: a charge commits together with its flags and its
    evidence, so it has to be where the harness is, and a system check says so.
    """

    flag: str
    """The flag that decides which side prices the charges."""

    against: Sequence[Against]
    """The prices by which it can measure charges, the one first that counts where nobody chooses."""

    def usd_per_credit(self) -> Decimal:
        """Return what one credit is sold for."""

    def dues(self, scope: Scope) -> Sequence[AccountDue]:
        """Return what the charges of a scope came to, by account; accounts without any are left out."""

    def correct(self, *, account_id: str, scope: Scope, correction: Correction, mandate: Mandate) -> Posted | None:
        """Write one entry for charges of one account, the oldest first; None where none is due or can be paid.

        Entry and note of what it heals commit together, so that nothing is given back twice whoever asks and
        however often. One entry heals as many charges as the account's lock may be held for: ask until None. A
        debit takes whole charges, as far as the balance goes, and never more; never a difference that was meant.
        """


def ledger() -> Ledger:
    """Return the host's ledger. Raises HarnessMisconfigured where none is set."""
    return cast("Ledger", configured("LEDGER"))
