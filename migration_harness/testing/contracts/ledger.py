"""What must hold of the ``Ledger`` that a host gives to healing: what is due is corrected once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from migration_harness.money.against import Against
from migration_harness.money.ledger import AccountDue, Correction, Ledger, Mandate, Posted, Scope
from migration_harness.testing.contracts.contract import must, must_equal, undone

_MANDATE = Mandate(run="contract", actor="ada", approver="bob", reason="for the contract")


class LedgerContract:
    """The host's ledger, as ``harness heal`` asks it. Give one account that paid too much for one charge."""

    ledger: Ledger

    def overcharged(self) -> tuple[str, int]:
        """Make an account with one charge at the candidate's price, too high; return its id, and by how much."""
        raise NotImplementedError

    def balance(self, account_id: str) -> int:
        """Return the balance of an account."""
        raise NotImplementedError

    @contextmanager
    def charging(self) -> Iterator[None]:
        """Hold around each test; a subclass has the candidate price charges here."""
        yield

    def test_names_what_it_is_about(self) -> None:
        """A flag, the prices it can measure by, and what a credit is sold for."""
        must(self.ledger.flag, "A ledger names the flag that prices its charges.")
        must(
            self.ledger.against and all(isinstance(each, Against) for each in self.ledger.against),
            "A ledger names the prices by which it can measure charges.",
        )
        price = self.ledger.usd_per_credit()
        must(type(price) is Decimal and price > 0, f"A credit has an exact price above 0, and not {price!r}.")

    def test_tells_what_is_due(self) -> None:
        """The excess of a charge is due to its account, and to nobody else."""
        account, excess = self._overcharged()
        due = self._due(account)
        must(due is not None, "An account that paid too much is among the dues.")
        must_equal(
            (due and due.overpaid_charges, due and due.overpaid), (1, excess), "What was paid too much is what is due."
        )

    def test_tells_nothing_of_another_time(self) -> None:
        """A scope before the charge has none of it."""
        account, _ = self._overcharged()
        before = Scope(since=None, until=timezone.now() - timedelta(days=1), account_ids=(account,))
        must_equal(list(self.ledger.dues(before)), [], "A charge is due in the scope of its time alone.")

    def test_gives_back_what_is_due_once(self) -> None:
        """One entry gives the excess back; whoever asks again finds nothing due."""
        account, excess = self._overcharged()
        balance = self.balance(account)
        posted = self._correct(account, Correction.REFUND)
        must_equal(posted, Posted(charges=1, credits=excess), "What is due is posted.")
        must_equal(self.balance(account), balance + excess, "What is posted is on the balance.")
        must_equal(self._correct(account, Correction.REFUND), None, "A charge is corrected once.")
        must_equal(self.balance(account), balance + excess, "Who asks again gives nothing.")
        due = self._due(account)
        must_equal(due and due.refunded, excess, "What was given back is told.")

    def test_takes_nothing_that_is_not_due(self) -> None:
        """Whoever paid too much owes nothing."""
        account, _ = self._overcharged()
        balance = self.balance(account)
        must_equal(self._correct(account, Correction.DEBIT), None, "Nothing is taken from who paid too much.")
        must_equal(self.balance(account), balance, "Nothing is taken from who paid too much.")

    def test_a_correction_that_is_rolled_back_leaves_nothing(self) -> None:
        """Entry and note of what it heals commit together: what is undone is due again."""
        account, excess = self._overcharged()
        balance = self.balance(account)
        with undone():
            self._correct(account, Correction.REFUND)
        must_equal(self.balance(account), balance, "What is undone leaves nothing on the balance.")
        posted = self._correct(account, Correction.REFUND)
        must_equal(posted and posted.credits, excess, "What was undone is due again.")

    def _overcharged(self) -> tuple[str, int]:
        with self.charging():
            account, excess = self.overcharged()
        must(excess > 0, "The account must have paid too much, or this contract says nothing.")
        return account, excess

    def _scope(self, account: str) -> Scope:
        return Scope(since=None, until=timezone.now() + timedelta(seconds=1), account_ids=(account,))

    def _due(self, account: str) -> AccountDue | None:
        found = [each for each in self.ledger.dues(self._scope(account)) if each.account_id == account]
        return found[0] if found else None

    def _correct(self, account: str, correction: Correction) -> Posted | None:
        return self.ledger.correct(
            account_id=account, scope=self._scope(account), correction=correction, mandate=_MANDATE
        )
