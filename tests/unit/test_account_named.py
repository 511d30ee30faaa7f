"""An account by id or name, in directories of hosts of all kinds: none is guessed."""

import pytest

from migration_harness import accounts
from migration_harness.accounts import AccountInfo, account_named
from migration_harness.exceptions import AmbiguousAccount, UnknownAccount

ONE, TWO = "6f1f2d0c-0f6a-4c8e-9d8e-2f8f7d1f0a11", "9a1f2d0c-0f6a-4c8e-9d8e-2f8f7d1f0a22"


def info(account_id, name):
    return AccountInfo(account_id=account_id, name=name, plan="Pro", balance=1)


class Directory:
    """A host: ids and names; ``one`` answers as hosts did that knew of no second account."""

    def __init__(self, known, *, one=False, same=lambda text: text):
        self.known, self.one, self.same = known, one, same

    def find(self, text):
        found = [info(i, name) for i, name in self.known if name == text or i == self.same(text)]
        return (found[0] if found else None) if self.one else found


@pytest.fixture
def host(monkeypatch):
    def set_up(*known, **how):
        monkeypatch.setattr(accounts, "directory", lambda: Directory(known, **how))

    return set_up


IDS = pytest.mark.parametrize(("one", "two"), [("7", "12"), (ONE, TWO), ("acme", "zeta")], ids=["int", "uuid", "text"])


@IDS
class TestOneAccount:
    def test_is_found_by_id_and_by_name(self, host, one, two):
        host((one, "Twin"), (two, "Other"))
        assert {account_named(text).account_id for text in (one, "Twin", f"id:{one}", f" {one} ", "Twin\n")} == {one}

    def test_is_not_found_by_another_spelling(self, host, one, two):
        host((one, "Twin"), (two, "Other"))
        for text in (
            "twin",
            "Tw in",
            "",
            " ",
            "id:",
            "id:Twin",
            "007",
            "\u0667",
            "\x00",
            "a\x00b",
            "\udcff",
            "7.0",
            "+7",
        ):
            with pytest.raises(UnknownAccount, match="no account"):
                account_named(text)

    def test_is_the_one_of_exactly_this_name(self, host, one, two):
        host((one, "Twin"), (two, "Twin "))
        assert (account_named("Twin").account_id, account_named("Twin ").account_id) == (one, two)

    def test_is_found_in_the_directory_of_a_host_that_answers_one(self, host, one, two):
        host((one, "Twin"), (two, "Other"), one=True)
        assert [account_named(text).account_id for text in (one, "Other", f"id:{two}")] == [one, two, two]


@IDS
class TestSeveralAccounts:
    @pytest.mark.parametrize("second", ["{one}", "Twin"], ids=["a name that is the other's id", "one name"])
    def test_are_listed_and_told_apart_by_id(self, host, one, two, second):
        first = "First" if second == "{one}" else second
        host((one, first), (two, second.format(one=one)))
        text = one if second == "{one}" else second
        with pytest.raises(AmbiguousAccount) as refused:
            account_named(text)
        for said in (f"id:{one}, Pro", f"id:{two}, Pro", "2 accounts", "Say which by its id"):
            assert said in str(refused.value)
        assert [account_named(f"id:{each}").account_id for each in (one, two)] == [one, two]

    def test_that_are_many_are_counted(self, host, one, two):
        host(*((f"{one}{number}", "Twin") for number in range(25)))
        with pytest.raises(AmbiguousAccount, match="and 15 more"):
            account_named("Twin")


class TestOtherNotations:
    def test_of_an_id_are_the_hosts_to_read(self, host):
        host((ONE, "Twin"), (TWO, "Other"), same=str.lower)
        assert account_named(f"id:{ONE.upper()}").account_id == ONE

    def test_of_an_id_that_is_a_name_are_told_apart(self, host):
        host((ONE, "Twin"), (TWO, ONE.upper()), same=str.lower)
        with pytest.raises(AmbiguousAccount):
            account_named(ONE.upper())
        assert account_named(f"id:{ONE.upper()}").account_id == ONE

    def test_of_the_word_before_an_id_can_be_a_name(self, host):
        host(("7", "id:9"))
        assert account_named("id:9").account_id == "7"
