"""What the page of healing shows: what is due in a period, by account, and what was written."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dashboards.names import Names
from dashboards.numbers import number
from dashboards.previews import Fact
from migration_harness.money.against import Against
from migration_harness.money.healing import Healing
from migration_harness.money.ledger import AccountDue
from migration_harness.money.survey import Survey
from migration_harness.wording import counted

MOST_ROWS: Final = 100
"""Accounts of the table; the command lists the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One account: its name, and what is due."""

    name: str
    due: AccountDue


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due, in lines and by account."""

    against: Against
    facts: list[Fact]
    rows: list[Row]
    hidden: int
    refund: int
    debit: int


def due_of(found: Survey) -> Due:
    """Shape a dry run."""
    shown = found.accounts[:MOST_ROWS]
    names = Names([due.account_id for due in shown])
    totals = found.totals
    ways = ", ".join(f"{count:,} {way}" for way, count in found.charges.items()) or "none"
    moved = f"{totals['refunded']:,} credits given back, {totals['debited']:,} taken"
    again = [Fact(term="Computed again", text=found.derived)] if found.derived else []
    return Due(
        against=found.against,
        facts=[
            Fact(term="Charges by the candidate", text=ways),
            Fact(term="Paid too much", text=_money(found, "overpaid")),
            Fact(term="Paid too little", text=_money(found, "underpaid")),
            Fact(term="Not known", text=_unknown(found)),
            Fact(term="Healed before", text=f"{counted(totals['healed_charges'], 'charge')}: {moved}"),
            *again,
        ],
        rows=[Row(name=names.of(due.account_id), due=due) for due in shown],
        hidden=len(found.accounts) - len(shown),
        refund=totals["overpaid"],
        debit=totals["underpaid"],
    )


def said_of(healed: Healing) -> str:
    """Return what was written, in one sentence."""
    parts = [
        f"{done.credits:,} credits {what} for {counted(done.charges, 'charge')}"
        for what, done in (("given back", healed.refunds), ("taken", healed.debits))
        if done.entries
    ]
    if healed.not_taken:
        parts.append(f"{healed.not_taken:,} credits were not taken, because balances do not reach")
    return f"{'; '.join(parts)}. Run {healed.run}." if parts else "There was nothing to heal: nothing was written."


def _unknown(found: Survey) -> str:
    told = _money(found, "unknown")
    return f"{told}: {found.against.unknown}" if found.totals["unknown_charges"] else told


def _money(found: Survey, name: str) -> str:
    credits, charges = found.totals[name], found.totals[f"{name}_charges"]  # noqa: A001  The domain's word.
    if not charges:
        return "nothing"
    usd = found.usd(credits).quantize(Decimal("0.01"))
    return f"{number(credits)} credits, {usd:,} USD, over {counted(charges, 'charge')}"
