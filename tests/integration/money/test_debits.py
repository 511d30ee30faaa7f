"""What accounts paid too little is taken from nobody without an approver and a reason, and never below zero."""

import pytest

from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.services.credit_service import CreditService
from migration_harness.exceptions import DebitRefused
from migration_harness.models import AuditEvent

from ..healing_parts import adds_up, balances, cluster, entries, healed, operators
from .healing import heal_all, totals


class TestDebits:
    def test_are_not_made_unless_they_are_allowed(self, wrong):
        before = balances()
        heal_all()
        assert balances()[wrong[1].pk] == before[wrong[1].pk]

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ({"approver": "", "reason": "x"}, "needs the approver's name"),
            ({"approver": "bob", "reason": " "}, "needs a reason"),
            ({"approver": "ada", "reason": "x"}, "ada is who asks"),
            ({"approver": "ADA", "reason": "x", "actor": "ada@host"}, "ADA is who asks"),
            ({"approver": "nobody", "reason": "x"}, "no operator 'nobody'"),
            ({"approver": "customer", "reason": "x"}, "no operator 'customer'"),
        ],
        ids=["no approver", "no reason", "the actor", "the actor of a command", "nobody", "a customer"],
    )
    def test_are_refused_without_what_they_need_and_nothing_is_written(self, wrong, options, why):
        from igny8_core.auth.models import User

        operators("ada", "bob")
        User.objects.create_user("customer", account=wrong[0])
        before, events = balances(), AuditEvent.objects.count()
        with pytest.raises(DebitRefused, match=why):
            heal_all(**{"allow_debits": True} | options)
        assert (balances(), AuditEvent.objects.count(), healed()) == (before, events, {})

    def test_are_made_with_an_approver_and_a_reason(self, wrong):
        operators("bob")
        before = balances()
        found = heal_all(allow_debits=True, approver="bob", reason="agreed with the customer")
        assert (found.debits.entries, found.debits.credits, found.not_taken) == (1, 17, 0)
        assert balances()[wrong[1].pk] == before[wrong[1].pk] - 17
        entry = entries("adjustment").get()
        assert (entry.amount, entry.metadata["approver"]) == (-17, "bob")
        assert healed() == {"a1": 8, "a2": 8, "b1": -17}
        assert heal_all(allow_debits=True, approver="bob", reason="again").debits.entries == 0
        assert adds_up()

    @pytest.mark.parametrize(("balance", "taken", "left"), [(0, 0, 3), (16, 0, 3), (17, 1, 2), (40, 2, 1), (51, 3, 0)])
    def test_take_whole_charges_as_far_as_the_balance_goes(self, wrong, balance, taken, left):
        operators("bob")
        cluster(wrong[1], 34_000, operation_id="b2")
        cluster(wrong[1], 34_000, operation_id="b3")
        drop = balances()[wrong[1].pk] - balance
        CreditService.take_credits(account=wrong[1], amount=drop, description="spent elsewhere")
        found = heal_all(allow_debits=True, approver="bob", reason="x")
        assert (found.debits.charges, found.not_taken) == (taken, 17 * left)
        assert balances()[wrong[1].pk] == balance - 17 * taken
        assert totals().get("underpaid", 0) == 17 * left
        assert adds_up()


class TestTakingCredits:
    def test_never_goes_below_zero(self, accounts):
        before = balances()
        with pytest.raises(InsufficientCreditsError):
            CreditService.take_credits(account=accounts[0], amount=before[accounts[0].pk] + 1, description="x")
        assert balances() == before
