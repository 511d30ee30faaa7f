"""What must hold of the host's ``AccountDirectory``: an account is found by its id and by its exact name."""

from migration_harness.accounts import AccountDirectory, AccountInfo
from migration_harness.testing.contracts.contract import must, must_equal

_ODD = ("", " ", "0", "-1", "007", "1e3", "%", "9" * 40, "½", "no such account")


class DirectoryContract:
    """The host's accounts as operators name them."""

    directory: AccountDirectory

    def account(self, name: str) -> str:
        """Make an account of this name; return its id."""
        raise NotImplementedError

    def test_describes_the_accounts_that_there_are(self) -> None:
        """Each under its id; one that nobody has is left out."""
        first, second = self.account("Anna"), self.account("Bert")
        found = self.directory.describe([first, second, *_ODD])
        must_equal(
            {key: each.name for key, each in found.items()}, {first: "Anna", second: "Bert"}, "Who is described."
        )
        must(all(each.account_id == key for key, each in found.items()), "An account is described under its own id.")

    def test_describes_nobody_where_nobody_is_asked_for(self) -> None:
        """No account, no description."""
        must_equal(dict(self.directory.describe([])), {}, "Nobody is described.")

    def test_lists_every_id_once(self) -> None:
        """As text: the harness keeps no foreign key."""
        made = {self.account("Anna"), self.account("Bert")}
        found = self.directory.all_ids()
        must(all(type(each) is str for each in found), "An id is a text.")
        must_equal(len(found), len(set(found)), "Each id is listed once.")
        must(made <= set(found), "Every account is listed.")

    def test_finds_by_id(self) -> None:
        """And says of it what it says when it describes."""
        account = self.account("Anna")
        must_equal(self._found(account), [self.directory.describe([account])[account]], "An id finds its account.")

    def test_finds_by_exact_name(self) -> None:
        """A part of a name, or another spelling, is nobody's name."""
        account = self.account("Anna Contract")
        must_equal([each.account_id for each in self._found("Anna Contract")], [account], "A name finds its account.")
        for each in ("Anna", "anna contract", "Anna Contract ", "Anna%"):
            must_equal(self._found(each), [], f"{each!r} is nobody's name.")

    def test_finds_all_of_one_name(self) -> None:
        """Nobody guesses which was meant."""
        made = {self.account("Anna"), self.account("Anna")}
        must_equal({each.account_id for each in self._found("Anna")}, made, "A name finds all who have it.")

    def test_finds_nobody_by_what_is_no_name(self) -> None:
        """Whatever an operator types, nothing is raised."""
        for each in _ODD:
            must_equal(self._found(each), [], f"{each!r} finds nobody.")

    def test_knows_exact_balances(self) -> None:
        """In whole units, or none."""
        found = self._found(self.account("Anna"))[0]
        must(
            found.balance is None or type(found.balance) is int, f"A balance is a whole number, not {found.balance!r}."
        )

    def _found(self, text: str) -> list[AccountInfo]:
        found = self.directory.find(text)
        return [found] if isinstance(found, AccountInfo) else list(found or ())
