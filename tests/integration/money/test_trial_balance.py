"""Each way in which the books can be wrong is named with its row; what is right raises nothing."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService, TransactionType
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import COHORT_STAGES, Stage
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import AuditTampered
from migration_harness.metrics import HarnessCollector
from migration_harness.models import AuditEvent, Comparison, TrialFault, TrialPass, TrialState
from migration_harness.money.ledger import Correction, Mandate, Scope, ledger
from migration_harness.money.trial_balance import check, check_all, standing
from migration_harness.money.trial_balance.found import LawName
from migration_harness.tasks import check_books
from migration_harness.trail import audit
from tests.people import VIEWER, person

from ..healing_parts import FLAG, cluster, draw
from ..operator_api.clients import with_token
from .bookkeeping import ACCOUNTS, LEDGER, LOG, TRAIL, USAGE, broken, broken_at_all, tamper


@pytest.fixture
def traffic(accounts):
    """Three charges, a purchase and another charge of one account, all of them compared; and a charge of another."""
    for number in range(3):
        cluster(accounts[0], 5_000, operation_id=f"text-{number}")
    CreditService.add_credits(
        account=accounts[0], amount=500, transaction_type=TransactionType.PURCHASE, description="Credits"
    )
    draw(accounts[0], "dall-e-3", operation_id="image")
    cluster(accounts[1], 9_000, operation_id="other")
    assert broken() == {}
    return list(CreditTransaction.objects.filter(amount__lt=0).order_by("id"))


def charged_by_one_side(account, *, operation_id):
    """Charge an image whose model has no price on the candidate's side."""
    AIModelConfig.objects.filter(model_name="dall-e-3").update(credits_per_image=None)
    draw(account, "dall-e-3", operation_id=operation_id)


class TestHonestBooks:
    def test_are_true(self, traffic):
        balance = check()
        assert (balance.finding.answer, balance.broken, balance.is_caught_up) == (Answer.OPEN, (), True)
        assert balance.entries_to == traffic[-1].pk

    def test_are_true_when_every_row_is_looked_at(self, traffic):
        seen = []
        balance = check_all(on_progress=lambda done, total: seen.append((done, total)))
        assert balance.finding.answer is Answer.OPEN
        assert seen[-1][0] == seen[-1][1] > 0

    @pytest.mark.parametrize(
        "change",
        [
            {"baseline": Stage.OFF},
            {"baseline": Stage.DUALWRITE},
            {"baseline": Stage.SHADOW, "compared_bps": 0},
            {"baseline": Stage.SHADOW, "compared_bps": 5_000},
            *({"everyone": True, "stage": stage} for stage in COHORT_STAGES),
        ],
        ids=lambda change: " ".join(map(str, change.values())),
    )
    def test_are_true_at_every_stage(self, selected, accounts, change):
        change_flag(name=FLAG, change=FlagChange(**change), actor="test")
        for number in range(8):
            cluster(accounts[0], 5_000, operation_id=f"text-{number}")
        check()
        change_flag(name=FLAG, change=FlagChange(everyone=False, baseline=Stage.SHADOW), actor="test")
        cluster(accounts[0], 5_000, operation_id="after")
        assert check_all().finding.answer is Answer.OPEN

    @pytest.mark.legacy
    def test_are_true_where_the_other_side_has_no_price(self, traffic):
        charged_by_one_side(traffic[0].account, operation_id="failed")
        entry = CreditTransaction.objects.get(operation_id="failed")
        assert (entry.candidate_credits, Comparison.objects.get(operation_id="failed").verdict) == (
            None,
            "candidate_error",
        )
        assert check_all().finding.answer is Answer.OPEN

    @pytest.mark.legacy
    def test_are_true_where_evidence_was_lost(self, traffic, monkeypatch):
        monkeypatch.setattr("migration_harness.seams.proving.judged", None)
        cluster(traffic[0].account, 5_000, operation_id="lost")
        entry = CreditTransaction.objects.get(operation_id="lost")
        assert (entry.flag_epoch, entry.metadata["instead_of"]) == (0, "control")
        assert check_all().finding.answer is Answer.OPEN

    def test_are_true_after_healing_both_ways(self, wrong):
        mandate = Mandate(run="heal-1", actor="ada", approver="bob", reason="wrong")
        scope = Scope(since=None, until=timezone.now())
        for account, correction in ((wrong[0], Correction.REFUND), (wrong[1], Correction.DEBIT)):
            assert ledger().correct(account_id=str(account.pk), scope=scope, correction=correction, mandate=mandate)
        assert check_all().finding.answer is Answer.OPEN

    def test_are_true_with_calls_that_nobody_pays_for(self, traffic):
        CreditService.record_unbilled(
            account=traffic[0].account, operation_type="clustering", model="gpt-5.1", usage=None, operation_id="x",
            reason="InsufficientCreditsError",
        )  # fmt: skip
        assert check_all().finding.answer is Answer.OPEN

    def test_are_true_when_old_comparisons_are_gone_with_their_day(self, traffic, settings):
        settings.HARNESS = settings.HARNESS | {"KEEP_COMPARISONS_DAYS": 1}
        later = timezone.now() + timedelta(days=3)
        tamper(LOG, f"DELETE FROM {LOG}")
        with freeze_time(later):
            assert "evidence" not in broken_at_all()
            settings.HARNESS = settings.HARNESS | {"KEEP_COMPARISONS_DAYS": 90}
            assert "evidence" not in broken_at_all()

    def test_are_begun_anew_where_they_are_read_by_other_statements(self, traffic, settings):
        tamper(LEDGER, f"UPDATE {LEDGER} SET reference_id = 'x' WHERE id = %s", traffic[1].pk)
        assert set(broken_at_all()) == {"unchanged"}
        settings.HARNESS = settings.HARNESS | {"BOOKS": "tests.integration.money.bookkeeping.OTHER_BOOKS"}
        check_all()
        # Whether it was put back nobody can know any more.
        assert set(broken()) == {"unchanged"}
        tamper(LEDGER, f"UPDATE {LEDGER} SET reference_id = '' WHERE id = %s", traffic[2].pk)
        assert [each.rows for each in check_all().broken] == [(traffic[1].pk,)]


ENTRY_FAULTS = {
    "another amount": ("UPDATE {table} SET amount = amount - 7 WHERE id = %s", {"chain", "usage", "unchanged"}),
    "another balance": ("UPDATE {table} SET balance_after = balance_after + 7 WHERE id = %s", {"chain", "unchanged"}),
    # @legacy begin
    "another operation": (
        "UPDATE {table} SET operation_id = 'x' WHERE id = %s",
        {"evidence", "evidence_charge", "unchanged"},
    ),
    "another price": ("UPDATE {table} SET control_credits = 1 WHERE id = %s", {"evidence", "unchanged"}),
    # @legacy end
    "another account": (
        "UPDATE {table} SET account_id = account_id + 1 WHERE id = %s",
        {"chain", "usage", "unchanged"},
    ),
    "removed": (
        "DELETE FROM {table} WHERE id = %s",
        {
            "evidence_charge",  # @legacy line
            "chain",
            "usage_charge",
            "unchanged",
        },
    ),
}


class TestAnEntry:
    @pytest.mark.parametrize("fault", ENTRY_FAULTS)
    def test_that_was_changed_is_named_by_a_check_of_all(self, traffic, fault):
        sql, laws = ENTRY_FAULTS[fault]
        entry = traffic[1]
        assert tamper(LEDGER, sql.format(table=LEDGER), entry.pk) == 1
        found = broken_at_all()
        assert set(found) >= laws
        assert any(f"Entry {entry.pk} " in each for each in found["unchanged"])

    @pytest.mark.parametrize("fault", [each for each in ENTRY_FAULTS if each != "removed"])
    def test_that_was_changed_before_it_was_checked_is_named_by_the_next_tick(self, traffic, fault):
        sql, laws = ENTRY_FAULTS[fault]
        cluster(traffic[0].account, 5_000, operation_id="newest")
        cluster(traffic[0].account, 5_000, operation_id="after it")
        entry = CreditTransaction.objects.get(operation_id="newest")
        assert tamper(LEDGER, sql.format(table=LEDGER), entry.pk) == 1
        found = broken()
        assert set(found) >= laws - {"unchanged"}
        assert any(f"Entry {entry.pk} " in each for law in found for each in found[law])

    def test_of_an_operation_that_was_charged_already_is_named(self, traffic):
        tamper(LEDGER, f"ALTER TABLE {LEDGER} DROP CONSTRAINT IF EXISTS billing_credittransaction_operation_id_key")
        tamper(
            LEDGER,
            f"INSERT INTO {LEDGER} (account_id, transaction_type, amount, balance_after, description, metadata, "
            f"reference_id, operation_id, created_at) SELECT account_id, transaction_type, amount, balance_after, "
            f"description, metadata, reference_id, operation_id, created_at FROM {LEDGER} WHERE id = %s",
            traffic[0].pk,
        )
        second = CreditTransaction.objects.latest("id").pk
        assert broken()["operation"] == [
            f"Entries {traffic[0].pk} and {second} are of the same operation text-0 of account {traffic[0].account_id}."
        ]

    @pytest.mark.legacy
    def test_that_is_a_charge_nobody_compared_is_named(self, traffic):
        cluster(traffic[0].account, 5_000, operation_id="silent")
        tamper(LOG, f"DELETE FROM {LOG} WHERE operation_id = 'silent'")
        entry = CreditTransaction.objects.get(operation_id="silent")
        assert [f"Entry {entry.pk} " in each for each in broken()["evidence"]] == [True]

    @pytest.mark.legacy
    def test_of_whose_comparison_only_is_left_what_is_not_its_own_is_named(self, traffic):
        tamper(LOG, f"UPDATE {LOG} SET candidate_measure = 99 WHERE operation_id = 'text-1'")
        assert [f"Entry {traffic[1].pk} " in each for each in broken_at_all()["evidence"]] == [True]

    def test_whose_other_side_had_failed_and_whose_comparison_was_removed_is_named(self, traffic):
        charged_by_one_side(traffic[0].account, operation_id="failed")
        tamper(LOG, f"DELETE FROM {LOG} WHERE operation_id = 'failed'")
        # What was compared at that time is known after the flag has changed, too.
        change_flag(name=FLAG, change=FlagChange(baseline=Stage.OFF), actor="test")
        change_flag(name=FLAG, change=FlagChange(compared_bps=0), actor="test")
        entry = CreditTransaction.objects.get(operation_id="failed")
        assert [f"Entry {entry.pk} " in each for each in broken()["evidence"]] == [True]

    @pytest.mark.legacy
    def test_whose_comparison_was_removed_is_named(self, traffic):
        tamper(LOG, f"DELETE FROM {LOG} WHERE operation_id = 'text-1'")
        assert [f"Entry {traffic[1].pk} " in each for each in broken_at_all()["evidence"]] == [True]


class TestAnAccount:
    @pytest.mark.parametrize("column", ["credits", "opening_credits"])
    def test_with_another_balance_is_named_by_the_next_tick(self, traffic, column):
        tamper(ACCOUNTS, f"UPDATE {ACCOUNTS} SET {column} = {column} + 7 WHERE id = %s", traffic[0].account_id)
        found = broken_at_all()
        law = "balance" if column == "credits" else "chain"
        assert [each.account_id for each in standing().broken] == [str(traffic[0].account_id)]
        assert len(found[law]) == 1

    def test_without_an_entry_is_named_too(self, traffic):
        poor = Account.objects.create(name="poor", plan=traffic[0].account.plan)
        tamper(ACCOUNTS, f"UPDATE {ACCOUNTS} SET credits = 1 WHERE id = %s", poor.pk)
        assert broken()["balance"] == [f"Account {poor.pk} has 1 credits, and was opened with 0 and has no entry."]


class TestAUsageLog:
    def test_without_a_charge_is_named(self, traffic):
        tamper(USAGE, f"UPDATE {USAGE} SET transaction_id = NULL WHERE transaction_id = %s", traffic[0].pk)
        log = CreditUsageLog.objects.get(transaction=None)
        found = broken_at_all()
        assert (
            f"Usage log {log.pk} of account {log.account_id} says {-traffic[0].amount} credits and belongs to no entry."
            in found["usage_charge"]
        )
        assert [f"Entry {traffic[0].pk} " in each for each in found["usage"]] == [True]

    def test_that_is_new_and_has_none_is_named_by_the_next_tick(self, traffic):
        log = CreditUsageLog.objects.create(account=traffic[0].account, operation_type="clustering", credits_used=3)
        assert [f"Usage log {log.pk} " in each for each in broken()["usage_charge"]] == [True]

    def test_that_was_removed_is_named(self, traffic):
        log = CreditUsageLog.objects.get(transaction=traffic[0])
        tamper(USAGE, f"DELETE FROM {USAGE} WHERE id = %s", log.pk)
        found = broken_at_all()
        assert [f"Usage log {log.pk} was removed" in each for each in found["unchanged"]] == [True]
        assert [f"Entry {traffic[0].pk} " in each for each in found["usage"]] == [True]

    def test_that_says_other_credits_is_named(self, traffic):
        tamper(USAGE, f"UPDATE {USAGE} SET credits_used = 1 WHERE transaction_id = %s", traffic[0].pk)
        assert [f"Entry {traffic[0].pk} " in each for each in broken_at_all()["usage"]] == [True]


class TestAComparison:
    def planted(self, **columns):
        values = {"operation_id": "ghost", "xid": None} | columns
        tamper(
            LOG,
            f"INSERT INTO {LOG} (at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, "
            "verdict, control_ns, candidate_ns, operation_id, request_id, run, revision, xid) "
            "SELECT now(), 'credits.text', 1, 'shadow', '1', '', 'direct', '{}', 'match', 1, 1, %s, '', '', '', "
            "coalesce(%s::xid8, migration_harness_turn())",
            values["operation_id"],
            values["xid"],
        )

    def test_without_a_charge_is_named_by_the_next_tick(self, traffic):
        self.planted()
        (sentence,) = broken()["evidence_charge"]
        assert ("operation ghost" in sentence, "has no charge" in sentence) == (True, True)

    def test_that_was_put_below_what_is_folded_is_named_as_well(self, traffic):
        self.planted(xid="3")
        assert len(broken_at_all()["evidence_charge"]) == 1


class TestTheTrail:
    def test_that_was_changed_is_named(self, trial_flag, traffic):
        event = AuditEvent.objects.order_by("id").first()
        tamper(TRAIL, f"UPDATE {TRAIL} SET reason = 'other' WHERE id = %s", event.pk)
        TrialPass.objects.filter(name="trail").update(rounds_due=1)
        assert [f"Audit event {event.pk} " in each for each in broken()["trail"]] == [True]

    def test_that_has_grown_is_read_on_and_the_whole_of_it_where_that_is_asked_for(self, traffic, monkeypatch):
        check()
        whole, onwards = [], []
        monkeypatch.setattr(audit, "verified", lambda of=audit.verified: (whole.append(1), of())[1])
        monkeypatch.setattr(audit, "verified_onwards", lambda of=audit.verified_onwards: (onwards.append(1), of())[1])
        change_flag(name=FLAG, change=FlagChange(share_bps=100), actor="tester")
        check()
        assert (whole, onwards) == ([], [1])
        check()
        assert (whole, onwards) == ([], [1]), "nothing is new"
        check_all()
        assert whole == [1]

    def test_is_named_in_a_sentence_of_any_length(self, traffic, monkeypatch):
        def tampered(**_):
            raise AuditTampered("The note " + "x" * 10_000 + " is not on the trail.")

        monkeypatch.setattr("migration_harness.money.trial_balance.around.audit.verified", tampered)
        TrialPass.objects.filter(name="trail").update(rounds_due=1)
        assert [len(each) > 10_000 for each in broken()["trail"]] == [True]
        monkeypatch.undo()
        assert broken() == {}


class TestDrift:
    def test_that_stays_is_named(self, drifted, demo):
        found = broken()["drift"]
        assert len(found) == 1


class TestABreak:
    def test_is_told_once_and_kept_until_it_is_gone(self, traffic, django_capture_on_commit_callbacks):
        entry = traffic[1]
        tamper(LEDGER, f"UPDATE {LEDGER} SET balance_after = balance_after + 7 WHERE id = %s", entry.pk)
        first = check_all()
        assert first.finding.answer is Answer.CLOSED
        assert len(first.broken) == len(check_all().broken) == len(check().broken)
        assert {each.since for each in first.broken} == {each.since for each in check().broken}
        tamper(LEDGER, f"UPDATE {LEDGER} SET balance_after = balance_after - 7 WHERE id = %s", entry.pk)
        assert check().finding.answer is Answer.OPEN
        assert {each.resolved_at is None for each in TrialFault.objects.all()} == {False}


class TestNothingKnown:
    def test_is_unknown(self, accounts):
        assert standing().finding.answer is Answer.UNKNOWN

    def test_is_unknown_after_two_minutes_of_silence(self, traffic):
        TrialState.objects.update(checked_at=timezone.now() - timedelta(seconds=121))
        assert standing().finding.answer is Answer.UNKNOWN


class TestCommand:
    def test_says_that_all_holds(self, traffic, harness):
        code, out, _ = harness("trial-balance")
        assert (code, "open" in out, "Every invariant holds" in out) == (0, True, True)

    @pytest.mark.parametrize("arguments", [(), ("--full",)], ids=["", "full"])
    def test_fails_and_names_the_row(self, traffic, harness, arguments):
        tamper(LEDGER, f"UPDATE {LEDGER} SET amount = amount - 1 WHERE id = %s", traffic[-1].pk)
        code, out, _ = harness("trial-balance", *arguments)
        assert (code, f"Entry {traffic[-1].pk} " in out) == (1, True)

    def test_gives_the_same_to_programs(self, traffic, harness):
        told = json.loads(harness("trial-balance", "--full", "--json")[1])
        assert (told["finding"]["answer"], told["broken"], set(told["counts"])) == ("open", [], {*LawName})

    def test_fails_where_nothing_is_known(self, accounts, harness, settings):
        settings.HARNESS = {name: value for name, value in settings.HARNESS.items() if name != "BOOKS"}
        code, out, _ = harness("trial-balance")
        assert (code, 'HARNESS["BOOKS"]' in out) == (1, True)


class TestOthers:
    def test_are_told_the_same(self, traffic):
        tamper(LEDGER, f"UPDATE {LEDGER} SET balance_after = balance_after - 1 WHERE id = %s", traffic[0].pk)
        check_all()
        api = with_token(person("vic", VIEWER))
        told = api.get("/api/v1/migration/trial-balance/").json()["data"]
        assert (told["finding"]["answer"], told["broken"][0]["rows"]) == ("closed", [traffic[0].pk])
        broken = {
            sample.labels["law"]: sample.value
            for family in HarnessCollector().collect()
            if family.name == "harness_trial_balance_broken"
            for sample in family.samples
        }
        assert broken == told["counts"]
        assert (broken["unchanged"], broken["drift"]) == (1, 0)

    def test_check_by_a_task(self, traffic):
        cluster(traffic[0].account, 5_000, operation_id="one more")
        check_books()
        assert standing().entries_to == CreditTransaction.objects.latest("id").pk
