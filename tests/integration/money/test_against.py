"""What is due is measured by the price that was signed for the charge; by the legacy price where that is chosen."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.business.billing import price_list
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, HealedRest
from igny8_core.business.billing.services import charging, healing
from igny8_core.business.billing.services.credit_service import CreditService, TransactionType
from igny8_core.business.billing.usage import Usage
from migration_harness import queries
from migration_harness.deciding.stages import Stage
from migration_harness.evidence.runs import run_recorded
from migration_harness.exceptions import InvalidChange
from migration_harness.money.against import Against
from migration_harness.money.healing import heal
from migration_harness.money.survey import survey
from migration_harness.seams import proving
from migration_harness.testing import fixed_flags, flag_at

from ..approving import by_two
from ..healing_parts import FLAG, IMAGES, adds_up, balances, cluster, draw, entries, healed, misprice
from .healing import heal_all, heal_by_two, scope, totals

LEGACY = Against.LEGACY


def cost(account, model, tokens, *, operation_id="x"):
    """Charge 1,500 tokens of clustering: legacy 10, signed 2, and what the candidate's row says."""
    CreditService.deduct_credits_for_operation(
        account=account,
        operation_type="clustering",
        model=model,
        usage=Usage(tokens_input=tokens, tokens_output=0),
        operation_id=operation_id,
    )


def due(**of):
    found = totals(**of)
    return found.get("overpaid", 0), found.get("underpaid", 0)


def legacy_scope(**of):
    return scope(against=LEGACY, **of)


@pytest.fixture
def dear(accounts, live):
    """Charged 21 where the legacy price is 10 and the signed one 2."""
    misprice({"gpt-5.1": {"tokens_per_credit": 72}})
    cost(accounts[0], "gpt-5.1", 1_500)
    return accounts[0]


@pytest.fixture
def before_the_change(monkeypatch):
    """Charges that keep no signed price, as they were written before."""
    monkeypatch.setattr(charging, "_basis", without(charging._basis, "signed_credits"))


def without(basis, *names):
    return lambda *args: {name: value for name, value in basis(*args).items() if name not in names}


class TestAgainstTheSignedPrice:
    def test_is_what_counts_where_nobody_chooses(self, dear):
        before = balances()[dear.pk]
        assert due() == (19, 0)
        assert heal_all().refunds.credits == 19
        assert balances()[dear.pk] == before + 19

    @pytest.mark.parametrize("model", IMAGES)
    def test_what_was_meant_is_neither_too_much_nor_too_little(self, accounts, live, model):
        draw(accounts[0], model, operation_id="x")
        cluster(accounts[1], 3_000, operation_id="y")
        assert totals() == {}
        assert heal_by_two().run
        assert healed() == {}

    @pytest.mark.parametrize("tokens_per_credit", [72, 500, 1_000, 1_500, 10_000])
    def test_is_the_difference_to_it_alone(self, accounts, live, tokens_per_credit):
        misprice({"gpt-5.1": {"tokens_per_credit": tokens_per_credit}})
        cost(accounts[0], "gpt-5.1", 1_500)
        paid = -(-1_500 // tokens_per_credit)
        assert due() == (max(paid - 2, 0), max(2 - paid, 0))

    @pytest.mark.parametrize("stage", [Stage.LIVE, Stage.RAMPDOWN, Stage.COMPLETE])
    def test_is_known_at_every_stage_at_which_the_candidate_prices(self, accounts, stage):
        misprice()
        with fixed_flags(flag_at(FLAG, stage)):
            draw(accounts[0], "google:4@2", operation_id="x")
        assert totals() == {"overpaid_charges": 1, "overpaid": 8}

    def test_is_not_known_where_nobody_signed_one_and_then_nothing_moves(self, accounts, live):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(model_name="gpt-6")
        cost(accounts[0], "gpt-6", 1_500)
        assert totals() == {"unknown_charges": 1, "unknown": 2}
        assert heal_by_two().run
        assert healed() == {}

    @pytest.mark.parametrize("later", [{"gpt-5.1": 1}, {"gpt-5.1": 10_000}, {}], ids=["dearer", "cheaper", "gone"])
    def test_is_that_of_the_day_of_the_charge(self, dear, monkeypatch, later):
        monkeypatch.setitem(price_list._LIST, "tokens_per_credit", later)
        monkeypatch.setitem(healing.TABLES, "tokens_per_credit", later)
        monkeypatch.setattr(healing, "SIGNED_ON", timezone.now().date() + timedelta(days=1))
        assert due() == (19, 0)


class TestAChargeOfBeforeItWasKept:
    def test_is_measured_by_the_list_in_force_and_that_is_said(self, accounts, live, before_the_change, harness):
        misprice()
        draw(accounts[0], "google:4@2", operation_id="a")
        cluster(accounts[1], 34_000, operation_id="b")
        assert totals() == {
            "overpaid_charges": 1, "overpaid": 8, "underpaid_charges": 1, "underpaid": 17, "derived_charges": 2,
        }  # fmt: skip
        assert "2 charges of before the signed price was kept, by the list in force" in harness("heal")[1]
        assert heal_all().refunds.credits == 8

    def test_is_not_known_where_it_is_older_than_the_list(self, accounts, live, before_the_change, monkeypatch):
        monkeypatch.setattr(healing, "SIGNED_ON", timezone.now().date() + timedelta(days=1))
        draw(accounts[0], "google:4@2", operation_id="a")
        assert totals() == {"unknown_charges": 1, "unknown": 15, "derived_charges": 1}

    def test_is_not_known_where_the_list_has_no_price_of_its_model(self, accounts, live, before_the_change):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(model_name="gpt-6")
        cost(accounts[0], "gpt-6", 1_500)
        assert totals() == {"unknown_charges": 1, "unknown": 2, "derived_charges": 1}

    @settings(max_examples=10)
    @given(
        made=st.lists(
            st.tuples(st.sampled_from(["gpt-5.1", "gpt-4o", "gpt-4o-mini"]), st.integers(1, 3_000_000)), max_size=5
        ),
        images=st.lists(st.sampled_from(sorted(IMAGES)), max_size=3),
    )
    def test_is_due_what_the_same_charge_is_due_that_keeps_it(self, accounts, live, made, images):
        with transaction.atomic(), pytest.MonkeyPatch.context() as patched:
            misprice({"gpt-5.1": {"tokens_per_credit": 7}, "gpt-4o-mini": {"tokens_per_credit": 30_000}})
            misprice({"google:4@2": {"credits_per_image": 16}, "dall-e-3": {"credits_per_image": 1}})
            CreditService.add_credits(
                account=accounts[0], amount=2_000_000_000, transaction_type=TransactionType.PURCHASE, description="x"
            )
            each = [(model, tokens) for model, tokens in made] + [(model, 0) for model in images]
            for number, kept in enumerate((True, False)):
                if not kept:
                    patched.setattr(charging, "_basis", without(charging._basis, "signed_credits"))
                for index, (model, tokens) in enumerate(each):
                    if tokens:
                        cost(accounts[0], model, tokens, operation_id=f"{number}-{index}")
                    else:
                        draw(accounts[0], model, operation_id=f"{number}-{index}")
                if kept:
                    first = due()
            assert due() == (2 * first[0], 2 * first[1])
            transaction.set_rollback(True)


class TestAgainstTheLegacyPrice:
    @pytest.mark.parametrize("model", IMAGES)
    def test_counts_what_was_raised_on_purpose_and_never_takes_what_was_lowered(self, accounts, live, model):
        draw(accounts[0], model, operation_id="x")
        signed, legacy_price = IMAGES[model]
        assert due(against=LEGACY) == (max(signed - legacy_price, 0), 0)

    def test_takes_no_more_than_up_to_the_signed_price(self, accounts, live):
        misprice()
        cluster(accounts[0], 34_000, operation_id="x")  # Paid 17, signed 34, legacy 227.
        assert due(against=LEGACY) == (0, 17)
        at = legacy_scope()
        found = by_two(lambda: heal(survey(at), actor="ada", allow_debits=True, reason="x"))
        assert (found.debits.credits, healed(), due(), due(against=LEGACY)) == (17, {"x": -17}, (0, 0), (0, 0))

    @pytest.mark.parametrize("stage", [Stage.RAMPDOWN, Stage.COMPLETE])
    def test_is_not_known_where_nobody_computed_it(self, accounts, stage):
        misprice()
        with fixed_flags(flag_at(FLAG, stage)):
            draw(accounts[0], "google:4@2", operation_id="x")
            cluster(accounts[0], 34_000, operation_id="y")
        assert totals(against=LEGACY) == {"unknown_charges": 2, "unknown": 40}

    def test_says_what_it_means_and_gives_back_by_it(self, dear, harness):
        code, out, _ = harness("heal", "--against", "legacy")
        said = " ".join(out.split())
        assert (code, "what was raised on purpose counts as too much" in said) == (0, True)
        assert "11 credits, 0.11 USD, over 1 charges" in said
        harness("heal", "--against", "legacy", "--write", "--yes")
        entry = entries().get()
        assert (entry.amount, entry.metadata["against"]) == (11, "legacy")
        assert "above the earlier price" in entry.description

    def test_is_refused_where_it_is_no_price(self, demo, harness):
        assert harness("heal", "--against", "tomorrow")[0] == 2

    def test_or_the_signed_one_is_refused_where_the_ledger_cannot_measure_by_it(self, dear, monkeypatch):
        monkeypatch.setattr(healing.CreditLedger, "against", (LEGACY,))
        assert survey(scope()).against is LEGACY
        with pytest.raises(InvalidChange, match="signed: the ledger knows no such price. Measure against: legacy"):
            survey(scope(against=Against.SIGNED))


class TestHealedBeforeAgainstAnotherPrice:
    def test_is_given_the_rest_up_to_the_signed_price_once(self, dear):
        before = balances()[dear.pk]
        assert heal(survey(legacy_scope()), actor="ada").refunds.credits == 11
        assert due() == (8, 0)
        assert heal_all().refunds.credits == 8
        assert balances()[dear.pk] == before + 19
        assert totals() == totals(against=LEGACY) == {"healed_charges": 1, "refunded": 19}
        for against in (None, LEGACY, Against.SIGNED):
            assert heal(survey(scope(against=against)), actor="bob").refunds.entries == 0
        assert adds_up()

    def test_is_never_taken_back_what_it_was_given(self, accounts, live):
        draw(accounts[0], "google:4@2", operation_id="x")  # As it was signed; 8 above the legacy price.
        heal(survey(legacy_scope()), actor="ada")
        assert due() == due(against=LEGACY) == (0, 0)
        assert heal_by_two().debits.entries == 0

    def test_is_left_alone_by_the_legacy_price_where_it_was_healed_by_the_signed_one(self, accounts, live):
        misprice()
        draw(accounts[0], "google:4@2", operation_id="x")  # 23; signed 15, legacy 7.
        heal_all()
        assert due(against=LEGACY) == (0, 0)

    def test_gets_back_a_discount_that_was_taken_from_it(self, dear, accounts):
        """A discount that was taken as if it had been paid too little: a debit of before the signed price counted."""
        charge = CreditTransaction.objects.get(operation_id="x")
        entry = CreditService.take_credits(account=dear, amount=5, description="Correction")
        healing.HealedCharge.objects.create(charge=charge, entry_id=entry.transaction_id, credits=-5)
        assert due() == (19 + 5, 0)
        assert heal_all().refunds.credits == 24

    def test_by_hand_counts_as_given_back(self, dear):
        refund = {"account": dear, "transaction_type": TransactionType.REFUND, "description": "goodwill"}
        CreditService.add_credits(amount=12, reference_id="x", **refund)
        CreditService.add_credits(amount=3, reference_id="another", **refund)
        assert due() == (7, 0)
        CreditService.add_credits(amount=9, reference_id="x", **refund)
        assert due() == due(against=LEGACY) == (0, 0)
        assert heal_by_two().run

    def test_its_note_is_final_and_never_takes(self, dear):
        heal(survey(legacy_scope()), actor="ada")
        heal_all()
        assert HealedRest.objects.values_list("credits", flat=True).get() == 8
        for statement in (
            "DELETE FROM billing_healedrest",
            "UPDATE billing_healedrest SET credits = 1",
            "INSERT INTO billing_healedrest SELECT * FROM billing_healedrest",
            "INSERT INTO billing_healedrest SELECT entry_id, -1, entry_id FROM billing_healedrest",
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                connection.cursor().execute(statement)

    @settings(max_examples=10)
    @given(
        rates=st.lists(st.sampled_from([40, 72, 500, 1_000, 10_000]), min_size=1, max_size=5),
        runs=st.lists(st.sampled_from(Against), max_size=5),
    )
    def test_in_any_order_of_prices_ends_where_the_signed_one_is_or_below(self, accounts, live, rates, runs):
        with transaction.atomic():
            before, owed = balances()[accounts[0].pk], 0
            for index, rate in enumerate(rates):
                misprice({"gpt-5.1": {"tokens_per_credit": rate}})
                cost(accounts[0], "gpt-5.1", 1_500, operation_id=f"law-{index}")
                owed += min(-(-1_500 // rate), 2)
            for against in [*runs, Against.SIGNED]:
                heal(survey(scope(against=against)), actor="ada")
            assert before - balances()[accounts[0].pk] == owed
            assert due() == (0, 2 * len(rates) - owed)
            assert adds_up()
            transaction.set_rollback(True)


class TestAChargeWhoseEvidenceWasLost:
    @pytest.fixture(params=["judged", "written"])
    def lost(self, request, db, monkeypatch):
        """Evidence that cannot be judged, or that the log refuses."""

        def judged(*args, **options):
            raise RuntimeError("planted")

        if request.param == "judged":
            monkeypatch.setattr(proving, "judged", judged)
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER fail BEFORE INSERT ON migration_harness_comparison FOR EACH ROW EXECUTE FUNCTION fail()"
            )

    def test_was_charged_the_legacy_price_and_is_given_back_what_is_above_the_signed_one(self, accounts, live, lost):
        cost(accounts[0], "gpt-5.1", 1_500)
        charge = CreditTransaction.objects.get(operation_id="x")
        assert (charge.amount, charge.priced_by, charge.metadata["instead_of"]) == (-10, "control", "candidate")
        assert due() == (8, 0)
        assert due(against=LEGACY) == (0, 0)
        assert heal_all().refunds.credits == 8

    def test_is_never_taken_what_it_is_below(self, accounts, live, lost):
        draw(accounts[0], "google:4@2", operation_id="x")  # Charged 7, signed 15: the service's own fault.
        assert due() == due(against=LEGACY) == (0, 0)

    @pytest.mark.parametrize("stage", [Stage.OFF, Stage.SHADOW])
    def test_of_an_account_at_the_legacy_price_is_none_of_the_candidates(self, accounts, lost, stage):
        with fixed_flags(flag_at(FLAG, stage)):
            cost(accounts[0], "gpt-5.1", 1_500)
        assert survey(scope()).accounts == ()


@pytest.mark.legacy
class TestRecordedUsage:
    def test_that_is_priced_again_is_due_to_nobody(self, accounts):
        for number, account in enumerate(accounts[:3]):
            draw(account, "google:4@2", operation_id=f"x{number}")
        misprice()
        now = timezone.now()
        run = run_recorded(name="r", since=now - timedelta(days=1), until=now + timedelta(seconds=1), actor="ada")
        assert run.calls == 3
        assert [dict(seam.verdicts) for seam in queries.run_result("r").seams if seam.verdicts] == [{"mismatch": 3}]
        assert survey(scope()).accounts == survey(legacy_scope()).accounts == ()
