"""What a host declares holds to its contracts: the service's own, and of others what is broken is named."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from igny8_core.auth.directory import accounts
from igny8_core.auth.models import Account, Plan
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.keys.seams import stores
from igny8_core.business.billing.price_list import price_list
from igny8_core.business.billing.seams import credit_cost
from igny8_core.business.billing.services.credit_service import CreditService, TransactionType
from igny8_core.business.billing.services.healing import ledger
from igny8_core.business.billing.usage import Usage
from migration_harness.api import AccountInfo, Oracle, Secret, StorePair
from migration_harness.deciding.stages import Side
from migration_harness.exceptions import CopyDiffers
from migration_harness.stores.pair import pairs
from migration_harness.testing import flags_at
from migration_harness.testing.contracts import (
    ChargesContract,
    DirectoryContract,
    LedgerContract,
    OracleContract,
    StoreContract,
)
from tests.trial_flag import create_trial_flag

from ..healing_parts import FLAG, WRONG_PRICES, draw, misprice
from ..trial_stores import TrialStore

IMAGE = "google:4@2"


def made(name="Contract", *, opening=0):
    account = Account.objects.create(name=name, plan=Plan.objects.first())
    if opening:
        CreditService.add_credits(
            account=account, amount=opening, transaction_type=TransactionType.PURCHASE, description="opening"
        )
    return account


def balance_of(account_id):
    return Account.objects.get(pk=account_id).credits


@pytest.mark.usefixtures("demo")
class TestCharges(ChargesContract):
    refusals = (InsufficientCreditsError, OperationConflict)

    def account(self, opening):
        return str(made(opening=opening).pk)

    def charge(self, account_id, *, operation_id):
        account = Account.objects.get(pk=account_id)
        return CreditService.deduct_credits_for_image(account=account, model=IMAGE, operation_id=operation_id).credits

    def balance(self, account_id):
        return balance_of(account_id)

    def entries(self, account_id):
        found = Account.objects.get(pk=account_id).transactions.exclude(description="opening").order_by("pk")
        return list(found.values_list("amount", flat=True))


@pytest.mark.legacy
@pytest.mark.usefixtures("demo")
class TestLedger(LedgerContract):
    ledger = ledger

    @contextmanager
    def charging(self):
        with flags_at({FLAG: "live"}):
            yield

    def overcharged(self):
        misprice(WRONG_PRICES)
        account = made(opening=100)
        draw(account, IMAGE, operation_id="contract")
        return str(account.pk), 8

    def balance(self, account_id):
        return balance_of(account_id)


@pytest.mark.usefixtures("demo")
class TestDirectory(DirectoryContract):
    directory = accounts

    def account(self, name):
        return str(made(name).pk)


@pytest.mark.legacy
@pytest.mark.usefixtures("demo")
class TestKeys(StoreContract):
    pair = stores
    key = "runware"
    values = (Secret("sk-one-and-long"), Secret("sk-another-and-long"))


class TestPriceList(OracleContract):
    oracle = price_list
    seam = credit_cost  # @legacy line model-based-credits
    answers = (
        ({"model": "gpt-5.1", "usage": Usage(tokens_input=4_000, tokens_output=1_000)}, 5),
        ({"model": "gpt-4o-mini", "usage": Usage(tokens_input=4_000, tokens_output=1_000)}, 1),
        ({"model": "gpt-4.1", "usage": Usage(tokens_input=4_000, tokens_output=1_000)}, None),
    )
    recorded = (({"operation": "clustering", "usage": Usage(tokens_input=2_000, tokens_output=760)}, 19),)


def failures(make):
    """Run a contract's tests, each on one that is made anew; return those that fail."""
    found = set()
    for name in dir(make()):
        if name.startswith("test_"):
            try:
                getattr(make(), name)()
            except (AssertionError, CopyDiffers):
                found.add(name)
    return found


@pytest.fixture
def pair(db, monkeypatch):
    monkeypatch.setattr(pairs, "_by_seam", {})
    both = [TrialStore(side) for side in Side]
    for each in both:
        each.create()
    yield StorePair(flag="try", seam="try", control=both[0], candidate=both[1])
    for each in both:
        each.drop()


class TestBrokenStore:
    def contract(self, pair, **broken):
        for name, function in broken.items():
            setattr(pair.candidate, name, function)
        contract = StoreContract()
        contract.pair, contract.key, contract.values = pair, "a", ("one", "two")
        return contract

    def test_that_is_none_passes(self, pair):
        assert failures(lambda: self.contract(pair)) == set()

    @pytest.mark.parametrize(
        ("broken", "test"),
        [
            ({"read": lambda key: None}, "test_reads_what_was_written"),
            ({"keys": list}, "test_names_each_key_once"),
            ({"keys": lambda: ["a"]}, "test_forgets_a_key_that_is_written_as_none"),
            ({"fingerprint": lambda value: "same"}, "test_fingerprints_tell_values_apart"),
            ({"fingerprint": lambda value: f"{value}!"}, "test_fingerprints_are_the_same_in_both"),
            ({"fingerprint": lambda value: f"{value}!"}, "test_fingerprints_are_no_secret"),
        ],
        ids=lambda each: each if isinstance(each, str) else "",
    )
    def test_is_named(self, pair, broken, test):
        assert test in failures(lambda: self.contract(pair, **broken))


class Till(ChargesContract):
    """Charges of a table, made wrong as a test says."""

    refusals = LookupError

    def __init__(self, *, asks_for_id=True, asks_whose=True, asks_balance=True, commits=True, moves_balance=True):
        self.asks_for_id, self.asks_whose, self.asks_balance = asks_for_id, asks_whose, asks_balance
        self.commits, self.moves_balance = commits, moves_balance
        self.kept = {}
        self._run("CREATE TABLE IF NOT EXISTS trial_till (account text, operation text, amount int, opening bool)")
        self._run("DELETE FROM trial_till")

    def _run(self, sql, *parameters):
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def account(self, opening):
        name = str(len(self._run("SELECT 1 FROM trial_till")))
        self._run("INSERT INTO trial_till VALUES (%s, '', %s, true)", name, opening)
        return name

    def charge(self, account_id, *, operation_id):
        found = self._run("SELECT account, -amount FROM trial_till WHERE operation = %s", operation_id)
        if found and self.asks_for_id:
            if self.asks_whose and found[0][0] != account_id:
                raise LookupError
            return found[0][1]
        if self.asks_balance and self.balance(account_id) < 5:
            raise LookupError
        self._run("INSERT INTO trial_till VALUES (%s, %s, -5, false)", account_id, operation_id)
        self.kept[account_id] = self.kept.get(account_id, 0) - 5
        return 5

    def balance(self, account_id):
        openings = sum(amount for (amount,) in self._run(
            "SELECT amount FROM trial_till WHERE account = %s AND opening", account_id
        ))  # fmt: skip
        if not self.moves_balance:
            return openings
        return openings + (sum(self.entries(account_id)) if self.commits else self.kept.get(account_id, 0))

    def entries(self, account_id):
        return [amount for (amount,) in self._run(
            "SELECT amount FROM trial_till WHERE account = %s AND NOT opening", account_id
        )]  # fmt: skip


@pytest.mark.django_db
class TestBrokenCharges:
    def test_that_are_none_pass(self):
        assert failures(Till) == set()

    @pytest.mark.parametrize(
        ("broken", "test"),
        [
            ({"asks_whose": False}, "test_the_id_of_another_account_is_refused"),
            ({"asks_for_id": False}, "test_one_id_is_one_charge"),
            ({"asks_balance": False}, "test_a_charge_above_the_balance_is_refused"),
            ({"commits": False}, "test_a_charge_that_is_rolled_back_leaves_nothing"),
            ({"moves_balance": False}, "test_the_balance_is_the_opening_and_every_entry"),
            ({"moves_balance": False}, "test_a_charge_takes_what_it_costs"),
        ],
        ids=lambda each: each if isinstance(each, str) else "",
    )
    def test_are_named(self, broken, test):
        assert test in failures(lambda: Till(**broken))


class TestBrokenOracle:
    def contract(self, answer):
        contract = OracleContract()
        contract.oracle = Oracle(
            name="list", reason="signed", owner="us", expires=date(2999, 1, 1), answer=answer,
            recorded_legacy=lambda **_: 4,
        )  # fmt: skip
        contract.answers, contract.recorded = [({"grams": 1}, 2)], [({"grams": 1}, 4)]
        return contract

    def test_that_is_none_passes(self):
        assert failures(lambda: self.contract(lambda *, grams, **_: 2)) == set()

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("answer", "test"),
        [
            (lambda *, grams, **_: 3, "test_answers_what_was_signed"),
            (lambda *, grams, **_: Decimal(2), "test_answers_what_was_signed"),
            (lambda *, grams, **_: create_trial_flag() or 2, "test_answers_what_was_signed"),
        ],
        ids=["another", "of another kind", "that writes"],
    )
    def test_is_named(self, answer, test):
        assert failures(lambda: self.contract(answer)) >= {test}


class TestBrokenDirectory:
    class Book(DirectoryContract):
        """Accounts in a dictionary, whose names are looked for without regard to case."""

        def __init__(self):
            self.directory, self.names = self, {}

        def account(self, name):
            self.names[str(len(self.names) + 100)] = name
            return str(len(self.names) + 99)

        def describe(self, account_ids):
            return {
                each: AccountInfo(account_id=each, name=self.names[each], plan="", balance=None)
                for each in account_ids
                if each in self.names
            }

        def all_ids(self):
            return list(self.names)

        def find(self, text):
            return list(self.describe(k for k, name in self.names.items() if text in (k, name.lower())).values())

    def test_is_named(self):
        assert failures(self.Book) >= {"test_finds_by_exact_name", "test_finds_all_of_one_name"}
