"""What accounts paid too little is taken when another person has approved exactly that, and never below zero."""

import pytest

from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.services.credit_service import CreditService
from migration_harness.authority.taking import take
from migration_harness.exceptions import ApprovalAwaited, ApprovalVoid, DebitRefused, DueChanged
from migration_harness.models import Approval, AuditEvent
from migration_harness.money import debits, healing
from migration_harness.money.healing import heal
from migration_harness.money.survey import survey
from migration_harness.trail import audit

from ..approving import approve_all
from ..authority.people import person
from ..healing_parts import adds_up, balances, cluster, entries, healed
from .healing import heal_all, heal_by_two, scope, totals

TAKING = {"allow_debits": True, "reason": "agreed"}


def events():
    return [each.action for each in AuditEvent.objects.order_by("id")]


class TestDebits:
    def test_are_not_made_unless_they_are_allowed(self, wrong):
        before = balances()
        heal_all()
        assert balances()[wrong[1].pk] == before[wrong[1].pk]

    def test_are_refused_without_a_reason_and_nothing_is_asked(self, wrong):
        with pytest.raises(DebitRefused, match="needs a reason"):
            heal_all(allow_debits=True, reason=" ")
        assert (healed(), Approval.objects.count()) == ({}, 0)

    def test_are_asked_with_the_window_the_accounts_and_every_amount_and_nothing_is_written(self, wrong):
        before = balances()
        with pytest.raises(ApprovalAwaited):
            heal_all(**TAKING)
        row = Approval.objects.get()
        assert (balances(), healed(), events()[-1]) == (before, {}, "ask approval")
        for said in (f'"account {wrong[1].pk}":"17 credits for 1 charge"', '"until":""', '"accounts":"all"'):
            assert said in row.asked
        assert row.sentence.startswith("Take 17 credits (0.17 USD) from 1 account: 1 charge of")

    def test_are_made_once_another_person_has_approved_them(self, wrong):
        before = balances()
        found = heal_by_two()
        assert (found.debits.entries, found.debits.credits, found.not_taken) == (1, 17, 0)
        assert balances()[wrong[1].pk] == before[wrong[1].pk] - 17
        entry = entries("adjustment").get()
        assert (entry.amount, entry.metadata["actor"], entry.metadata["approver"]) == (-17, "ada", "grace")
        assert healed() == {"a1": 8, "a2": 8, "b1": -17}
        assert heal_all(**TAKING).debits.entries == 0
        assert adds_up()

    def test_have_both_names_on_the_event_of_the_act(self, wrong):
        heal_by_two()
        event = AuditEvent.objects.get(action="begin heal")
        approval = event.evidence["approval"]
        assert (event.actor, approval["asked_by"], approval["approved_by"]) == ("ada", "ada", "grace")
        assert audit.verify() == len(events())

    @pytest.mark.parametrize("change", ["another charge", "another account", "another window"])
    def test_are_not_made_where_something_else_is_due_than_was_approved(self, wrong, change):
        with pytest.raises(ApprovalAwaited):
            heal_all(**TAKING)
        approve_all()
        if change == "another window":
            with pytest.raises(ApprovalAwaited):
                heal(survey(scope(account_ids=(str(wrong[1].pk),))), actor="ada", **TAKING)
        else:
            cluster(wrong[1 if change == "another charge" else 2], 34_000, operation_id="late")
            with pytest.raises(ApprovalVoid, match="credits: 17 → 34"):
                heal_all(**TAKING)
        assert healed() == {}

    def test_take_no_more_of_an_account_than_was_approved_whatever_arrives_meanwhile(self, wrong, monkeypatch):
        with pytest.raises(ApprovalAwaited):
            heal_all(**TAKING)
        approve_all()

        def charged_meanwhile(asked, **by):
            used = take(asked, **by)
            cluster(wrong[1], 34_000, operation_id="late")
            return used

        monkeypatch.setattr(healing, "take", charged_meanwhile)
        with pytest.raises(DueChanged, match="17 credits more than was approved"):
            heal_all(**TAKING)
        assert (healed(), adds_up()) == ({"a1": 8, "a2": 8}, True)

    def test_that_a_superuser_passes_alone_lack_a_signature(self, wrong):
        heal_all(actor=person("root", is_superuser=True), override=True, **TAKING)
        assert (healed()["b1"], Approval.objects.get().lacks_signature) == (-17, True)
        assert AuditEvent.objects.get(action="begin heal").evidence["approval"]["overridden"] is True

    def test_can_be_computed_anew_from_what_was_asked(self, wrong):
        found = survey(scope())
        asked = debits.asked_for(found)
        assert debits.would_ask(asked, now=found.scope.until) == asked
        cluster(wrong[1], 34_000, operation_id="b2")
        assert "credits: 17 → 34" in asked.changes_to(debits.would_ask(asked, now=found.scope.until))

    @pytest.mark.parametrize(("balance", "taken", "left"), [(0, 0, 3), (16, 0, 3), (17, 1, 2), (40, 2, 1), (51, 3, 0)])
    def test_take_whole_charges_as_far_as_the_balance_goes(self, wrong, balance, taken, left):
        cluster(wrong[1], 34_000, operation_id="b2")
        cluster(wrong[1], 34_000, operation_id="b3")
        drop = balances()[wrong[1].pk] - balance
        CreditService.take_credits(account=wrong[1], amount=drop, description="spent elsewhere")
        found = heal_by_two()
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
