"""What accounts paid too much at the new price is named, and given back once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.auth.models import Account
from igny8_core.business.billing.services import healing as host
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.stages import Stage
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.exceptions import DueChanged, InvalidChange
from migration_harness.models import AuditEvent
from migration_harness.money.healing import Expected, heal
from migration_harness.money.survey import survey
from migration_harness.testing import fixed_flags, flag_at

from ..healing_parts import FLAG, IMAGES, WRONG_PRICES, adds_up, balances, draw, entries, healed, misprice
from .healing import heal_all, scope, totals


class TestSurvey:
    def test_names_what_was_paid_too_much_and_too_little(self, wrong):
        found = survey(scope())
        assert [(each.account_id, each.overpaid, each.underpaid) for each in found.accounts] == [
            (str(wrong[0].pk), 16, 0),
            (str(wrong[1].pk), 0, 17),
        ]
        assert str(found.usd(found.totals["overpaid"])) == "0.1600"

    @pytest.mark.parametrize("stage", [Stage.OFF, Stage.SHADOW])
    def test_leaves_out_what_the_legacy_side_priced(self, accounts, stage):
        with fixed_flags(flag_at(FLAG, stage)):
            draw(accounts[0], "google:4@2", operation_id="x")
        assert survey(scope()).accounts == ()

    def test_is_of_its_scope_alone(self, wrong):
        now = timezone.now()
        assert totals(account_ids=(str(wrong[1].pk),)) == {"underpaid_charges": 1, "underpaid": 17}
        assert totals(until=now - timedelta(hours=1)) == totals(since=now) == {}

    def test_counts_charges_by_the_way_in_and_names_the_runs_of_replays(self, wrong):
        with unit_of_work(execution_path=ExecutionPath.REPLAY, run="half"):
            draw(wrong[0], "google:4@2", operation_id="replay:half:7:google:4@2")
            draw(wrong[1], "google:4@2", operation_id="replay:the: other:8")
        found = survey(scope())
        assert found.charges == {"direct": 3, "replay, run half": 1, "replay, run the: other": 1}
        assert found.totals["overpaid"] == 32

    def test_changes_nothing(self, wrong):
        before, events = balances(), AuditEvent.objects.count()
        survey(scope())
        assert (balances(), AuditEvent.objects.count(), healed()) == (before, events, {})

    def test_refuses_a_flag_that_prices_no_charge(self, demo):
        with pytest.raises(InvalidChange, match="model-selection: no charge is priced by this flag"):
            survey(scope(), flag="model-selection")


class TestHealing:
    def test_gives_back_what_was_paid_too_much_in_one_entry_an_account(self, wrong):
        before = balances()
        found = heal_all(reason="wrong price")
        assert (found.refunds.entries, found.refunds.charges, found.refunds.credits, found.debits.entries) == (
            1,
            2,
            16,
            0,
        )
        assert balances() == before | {wrong[0].pk: before[wrong[0].pk] + 16}
        entry = entries().get()
        assert (entry.account_id, entry.amount, entry.reference_id) == (wrong[0].pk, 16, found.run)
        assert entry.description == f"Refund: 2 charges of {timezone.now():%Y-%m-%d} above the price list"
        assert (entry.metadata["actor"], entry.metadata["reason"]) == ("ada", "wrong price")
        assert healed() == {"a1": 8, "a2": 8}
        assert adds_up()

    def test_made_again_writes_nothing(self, wrong):
        heal_all()
        after, events = balances(), AuditEvent.objects.count()
        again = heal_all()
        assert (again.refunds.entries, balances(), AuditEvent.objects.count()) == (0, after, events)
        assert totals() == {
            "underpaid_charges": 1, "underpaid": 17, "healed_charges": 2, "refunded": 16,
        }  # fmt: skip

    def test_by_what_was_looked_at_before_another_healed_it_writes_nothing(self, wrong):
        stale = survey(scope())
        heal_all()
        after = balances()
        assert heal(stale, actor="bob").refunds.entries == 0
        assert balances() == after

    def test_gives_back_later_what_was_charged_later(self, wrong):
        heal_all()
        draw(wrong[0], "google:4@2", operation_id="a3")
        assert heal_all().refunds.credits == 8
        assert healed() == {"a1": 8, "a2": 8, "a3": 8}

    def test_of_many_charges_takes_several_short_entries(self, wrong, monkeypatch):
        monkeypatch.setattr(host, "MOST_CHARGES", 2)
        for index in range(5):
            draw(wrong[0], "google:4@2", operation_id=f"more-{index}")
        found = heal_all()
        assert (found.refunds.entries, found.refunds.charges, found.refunds.credits) == (4, 7, 56)
        assert adds_up()

    def test_is_on_the_audit_trail_before_and_after(self, wrong):
        found = heal_all(reason="wrong price")
        began, ended = AuditEvent.objects.order_by("-id")[:2][::-1]
        assert [(each.actor, each.action, each.reason) for each in (began, ended)] == [
            ("ada", "begin heal", "wrong price"),
            ("ada", "heal", "wrong price"),
        ]
        assert began.evidence["due"]["overpaid"] == 16
        assert ended.evidence["healed"]["refunds"] == {"entries": 1, "charges": 2, "credits": 16}
        assert ended.after["run"] == found.run

    def test_of_something_else_than_was_looked_at_is_refused(self, wrong):
        before = balances()
        with pytest.raises(DueChanged, match="16 credits to give back and 0 to take, not 15 and 0"):
            heal_all(expected=Expected(refund=15))
        assert balances() == before
        assert heal_all(expected=Expected(refund=16)).refunds.credits == 16

    def test_cannot_be_taken_back_unnoticed(self, wrong):
        heal_all()
        for statement in ("DELETE FROM billing_healedcharge", "UPDATE billing_healedcharge SET credits = 1"):
            with pytest.raises(IntegrityError, match="the ledger is final"), transaction.atomic():
                connection.cursor().execute(statement)


class TestLaw:
    @settings(max_examples=10)
    @given(
        made=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(sorted(IMAGES))), max_size=8),
        cuts=st.lists(st.integers(0, 8), max_size=4),
    )
    def test_of_overlapping_periods_in_any_order_gives_each_charge_back_once(self, demo, made, cuts):
        with transaction.atomic(), fixed_flags(flag_at(FLAG, Stage.LIVE)):
            accounts, times = list(Account.objects.order_by("pk")[:3]), []
            misprice()
            before, owed = balances(), dict.fromkeys((a.pk for a in accounts), 0)
            for index, (whose, model) in enumerate(made):
                times.append(timezone.now())
                draw(accounts[whose], model, operation_id=f"law-{index}")
                signed = IMAGES[model][0]
                paid = WRONG_PRICES.get(model, {}).get("credits_per_image", signed)
                owed[accounts[whose].pk] -= min(signed, paid)
            for cut in cuts:
                if cut < len(times):
                    heal(survey(scope(since=times[cut])), actor="ada")
                    heal(survey(scope(until=times[cut] + timedelta(microseconds=1))), actor="ada")
            heal_all()
            assert {pk: balances()[pk] - before[pk] for pk in owed} == owed
            assert adds_up()
            transaction.set_rollback(True)
