"""Charges and flips on PostgreSQL take place one after another, in an order that agrees with who saw what when."""

import threading
import time
from math import inf

import pytest
from django.db import connections

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.seams import charge
from tests.acceptance.conftest import committed_demo, selected  # noqa: F401  The demo, committed.
from tests.race.linearizable import Operation, order_of
from tests.waiting import PATIENCE_SECONDS

FLAG = "model-based-credits"
TELLERS = 4
FLIPS = 10


def charged(side, paid, balance_after):
    """A charge answers by the side that is on, and takes what it says from what is there."""
    return lambda state: (state[0], balance_after) if state == (side, balance_after + paid) else None


def flipped(side):
    return lambda state: (side, state[1])


class Bank:
    """Tellers who charge one account, and somebody who flips; each writes down when it asked and was answered."""

    def __init__(self):
        self.account = Account.objects.order_by("pk").first()
        self.told = []
        self.flips = []
        self.over = threading.Event()

    def history(self):
        """Return what everybody saw; side and balance are those that the ledger kept for the charge."""
        entries = CreditTransaction.objects.in_bulk([receipt.transaction_id for _, _, receipt in self.told])
        charges = [
            Operation(
                what=f"charge {receipt.transaction_id}", begun=begun, ended=ended,
                steps=charged(entry.priced_by, receipt.credits, entry.balance_after),
            )
            for begun, ended, receipt in self.told
            for entry in [entries[receipt.transaction_id]]
        ]  # fmt: skip
        return charges + self.flips

    def work(self):
        tellers = [threading.Thread(target=self.charge, args=(number,)) for number in range(TELLERS)]
        for teller in tellers:
            teller.start()
        for _ in range(FLIPS):
            self.flip("candidate", lambda: change_flag(name=FLAG, change=FlagChange(everyone=True), actor="racer"))
            self.flip("control", lambda: roll_back(name=FLAG, actor="racer"))
        self.over.set()
        for teller in tellers:
            teller.join(PATIENCE_SECONDS)

    def flip(self, side, act):
        begun, charges = time.monotonic(), len(self.told)
        act()
        self.flips.append(Operation(what=side, begun=begun, ended=time.monotonic(), steps=flipped(side)))
        while len(self.told) < charges + 3:
            time.sleep(0.001)

    def charge(self, teller):
        number = 0
        try:
            while not self.over.is_set():
                number += 1
                self.charge_once(f"linear:{id(self)}:{teller}:{number}")
        finally:
            connections.close_all()

    def charge_once(self, operation_id):
        begun = time.monotonic()
        receipt = CreditService.deduct_credits_for_operation(
            account=self.account, operation_type="clustering", model="gpt-5.1",
            usage=Usage(tokens_input=2_000, tokens_output=760), operation_id=operation_id,
        )  # fmt: skip
        self.told.append((begun, time.monotonic(), receipt))


@pytest.mark.alone
@pytest.mark.usefixtures("selected")
class TestChargesAndFlips:
    def test_have_an_order_that_explains_what_everybody_saw(self):
        bank = Bank()
        opening = bank.account.credits
        bank.work()
        history = bank.history()
        assert len(history) > 3 * FLIPS
        assert order_of(history, ("control", opening)) is not None

    def test_have_none_where_a_charge_trusts_what_its_process_knew(self, monkeypatch):
        """The twin: without the flag's lock and its epoch a charge is priced by flags that are others by now."""
        bank = Bank()
        opening = bank.account.credits
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="racer")
        stale = load_snapshot()
        roll_back(name=FLAG, actor="racer")
        monkeypatch.setattr(charge, "newest_snapshot", lambda: stale)
        monkeypatch.setattr(Snapshot, "confirming", lambda *_: "{}")
        bank.charge_once("linear:twin")
        assert order_of(bank.history(), ("control", opening)) is None


class TestOrder:
    """The judge itself, of a register that is written and read."""

    @staticmethod
    def write(value, begun, ended):
        return Operation(what=f"write {value}", begun=begun, ended=ended, steps=lambda _: value)

    @staticmethod
    def read(value, begun, ended):
        return Operation(
            what=f"read {value}", begun=begun, ended=ended, steps=lambda state: state if state == value else None
        )

    def test_is_that_of_time_where_nothing_overlaps(self):
        assert order_of([self.read(1, 3, 4), self.write(1, 1, 2)], 0) == ["write 1", "read 1"]

    def test_is_none_where_an_old_value_is_read_after_a_new_one(self):
        assert order_of([self.write(1, 0, 9), self.read(1, 1, 2), self.read(0, 3, 4)], 0) is None

    def test_may_be_either_where_they_overlap(self):
        assert order_of([self.write(1, 0, 9), self.read(0, 1, 2), self.read(1, 3, 4)], 0) == [
            "read 0",
            "write 1",
            "read 1",
        ]

    def test_has_what_nobody_was_told_of_where_somebody_saw_it(self):
        assert order_of([self.write(1, 0, inf), self.read(1, 5, 6)], 0) == ["write 1", "read 1"]
        assert order_of([self.write(1, 0, inf), self.read(0, 5, 6)], 0) == ["read 0"]
        assert order_of([self.write(1, 7, inf), self.read(1, 5, 6)], 0) is None
