"""What must hold of the host's charges: one id is one charge, and the balance is what the entries say."""

from collections.abc import Sequence
from decimal import Decimal

from migration_harness.testing.contracts.contract import must, must_equal, must_refuse, undone

Amount = int | Decimal


class ChargesContract:
    """The function by which the host charges an account.

    Attributes:
        refusals: What is raised where an id is another account's, or the balance is too small.
    """

    refusals: type[Exception] | tuple[type[Exception], ...] = Exception

    def account(self, opening: int) -> str:
        """Make an account with this balance; return its id."""
        raise NotImplementedError

    def charge(self, account_id: str, *, operation_id: str) -> Amount:
        """Charge one operation, always the same one; return what it cost, above 0 and at most 1,000."""
        raise NotImplementedError

    def balance(self, account_id: str) -> Amount:
        """Return the balance of an account."""
        raise NotImplementedError

    def entries(self, account_id: str) -> Sequence[Amount]:
        """Return the entries of an account since its opening, oldest first; what was taken is below 0."""
        raise NotImplementedError

    def test_a_charge_takes_what_it_costs(self) -> None:
        """The balance falls by the cost, and one entry says so."""
        account = self.account(5_000)
        cost = self.charge(account, operation_id="contract-1")
        must(type(cost) in (int, Decimal), f"Money is exact, and a charge costs a {type(cost).__name__}.")
        must(cost > 0, "A charge must cost something, or this contract says nothing.")
        must_equal(list(self.entries(account)), [-cost], "A charge is one entry.")
        must_equal(self.balance(account), 5_000 - cost, "A charge takes what it costs.")

    def test_one_id_is_one_charge(self) -> None:
        """A worker that is asked twice charges once, and says the same."""
        account = self.account(5_000)
        first = self.charge(account, operation_id="contract-1")
        again = self.charge(account, operation_id="contract-1")
        must_equal(again, first, "A repeated id answers what it answered.")
        must_equal(list(self.entries(account)), [-first], "One id is one charge.")

    def test_another_id_is_another_charge(self) -> None:
        """Two operations are two charges, however alike they are."""
        account = self.account(5_000)
        costs = [self.charge(account, operation_id=f"contract-{each}") for each in (1, 2)]
        must_equal(list(self.entries(account)), [-each for each in costs], "Another id is another charge.")

    def test_the_id_of_another_account_is_refused(self) -> None:
        """Nobody is answered by what somebody else paid."""
        payer, other = self.account(5_000), self.account(5_000)
        self.charge(payer, operation_id="contract-1")
        must_refuse(
            lambda: self.charge(other, operation_id="contract-1"), self.refusals, "The id of another account's charge"
        )
        must_equal(list(self.entries(other)), [], "Who was refused is charged nothing.")

    def test_the_balance_is_the_opening_and_every_entry(self) -> None:
        """Nothing moves a balance but its entries."""
        account = self.account(5_000)
        for each in range(3):
            self.charge(account, operation_id=f"contract-{each}")
        must_equal(self.balance(account), 5_000 + sum(self.entries(account)), "The balance is opening and entries.")

    def test_a_charge_above_the_balance_is_refused(self) -> None:
        """An empty account is charged nothing, and never falls below 0."""
        account = self.account(0)
        must_refuse(
            lambda: self.charge(account, operation_id="contract-1"), self.refusals, "A charge above the balance"
        )
        must_equal((self.balance(account), list(self.entries(account))), (0, []), "Who was refused is charged nothing.")

    def test_a_charge_that_is_rolled_back_leaves_nothing(self) -> None:
        """Entry and balance go together with the transaction of their caller, and the id is free again."""
        account = self.account(5_000)
        with undone():
            self.charge(account, operation_id="contract-1")
        must_equal((self.balance(account), list(self.entries(account))), (5_000, []), "What is undone leaves nothing.")
        cost = self.charge(account, operation_id="contract-1")
        must_equal(list(self.entries(account)), [-cost], "An id whose charge was undone is charged.")
