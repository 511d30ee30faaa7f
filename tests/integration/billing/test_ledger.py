"""Opening balance plus the sum of an account's transactions equals its balance, whatever anybody does."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import (
    CreditCalculationError,
    InsufficientCreditsError,
    OperationConflict,
    UnknownModel,
)
from igny8_core.business.billing.models import (
    AIModelConfig,
    CreditCostConfig,
    CreditTransaction,
    CreditUsageLog,
)
from igny8_core.business.billing.services.credit_service import CreditService, TransactionType
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import DEMO_CREDITS, seed_demo
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

USAGE = Usage(tokens_input=2_000, tokens_output=760)
FLAG = "model-based-credits"


def deduct(account, *, operation_id="op", operation_type="clustering", model="gpt-5.1", usage=USAGE):
    return CreditService.deduct_credits_for_operation(
        account=account, operation_type=operation_type, model=model, usage=usage, operation_id=operation_id
    )


def balance(account):
    return Account.objects.get(pk=account.pk).credits


def adds_up(account):
    row = Account.objects.get(pk=account.pk)
    total = row.transactions.aggregate(total=Sum("amount"))["total"] or 0
    return row.opening_credits + total == row.credits


class TestDeduction:
    @pytest.mark.legacy
    def test_moves_the_balance_and_writes_one_entry_and_one_usage_log(self, account):
        receipt = deduct(account)
        entry = CreditTransaction.objects.get(operation_id="op")
        log = CreditUsageLog.objects.get(transaction=entry)
        assert (receipt.credits, receipt.balance_after) == (19, DEMO_CREDITS - 19)
        assert (entry.amount, entry.balance_after, entry.transaction_type) == (
            -19,
            DEMO_CREDITS - 19,
            "deduction",
        )
        assert (log.credits_used, log.tokens_input, log.tokens_output, log.model_used) == (
            19,
            2_000,
            760,
            "gpt-5.1",
        )
        # 2,000 × 1.25 + 760 × 10.00 USD per million.
        assert str(log.cost_usd) == "0.010100"
        assert adds_up(account)

    @pytest.mark.legacy
    def test_keeps_both_prices_and_who_answered(self, account):
        deduct(account)
        entry = CreditTransaction.objects.get(operation_id="op")
        assert (entry.priced_by, entry.control_credits, entry.candidate_credits) == ("control", 19, 3)
        assert entry.flag_epoch > 0

    @pytest.mark.parametrize(
        ("stage", "credits"), [(Stage.OFF, 19), (Stage.SHADOW, 19), (Stage.LIVE, 3), (Stage.COMPLETE, 3)]
    )
    def test_charges_the_price_of_the_authoritative_side(self, account, stage, credits):
        with fixed_flags(flag_at(FLAG, stage)):
            assert deduct(account).credits == credits

    def test_of_the_same_operation_charges_once_and_answers_the_first_result(self, account):
        first = deduct(account)
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            second = deduct(account)
        assert (second.credits, second.balance_after, second.transaction_id) == (
            first.credits, first.balance_after, first.transaction_id,
        )  # fmt: skip
        assert (first.repeated, second.repeated) == (False, True)
        assert balance(account) == DEMO_CREDITS - 19

    @pytest.mark.parametrize(
        "other",
        [
            {"usage": Usage(tokens_input=1, tokens_output=1)},
            {"model": "gpt-4o"},
            {"operation_type": "idea_generation"},
        ],
        ids=["usage", "model", "operation"],
    )
    @pytest.mark.legacy
    def test_of_the_same_operation_with_other_content_is_refused(self, account, other):
        deduct(account)
        with pytest.raises(OperationConflict, match="'op'"):
            deduct(account, **other)
        assert balance(account) == DEMO_CREDITS - 19

    def test_of_the_same_operation_for_another_account_is_refused(self, account):
        deduct(account)
        with pytest.raises(OperationConflict):
            deduct(Account.objects.exclude(pk=account.pk).first())

    @pytest.mark.legacy
    def test_beyond_the_balance_charges_and_records_nothing(self, account):
        with pytest.raises(InsufficientCreditsError, match=r"has 250,000 credits and needs 333,334"):
            deduct(account, usage=Usage(tokens_input=50_000_000, tokens_output=1))
        assert balance(account) == DEMO_CREDITS
        assert not CreditUsageLog.objects.exists()

    def test_of_an_unknown_operation_is_refused_on_both_sides(self, account):
        for stage in (Stage.OFF, Stage.COMPLETE):
            with (
                fixed_flags(flag_at(FLAG, stage)),
                pytest.raises(CreditCalculationError, match="no operation 'typo'"),
            ):
                deduct(account, operation_type="typo")

    def test_on_the_new_side_needs_an_active_priced_model(self, account):
        AIModelConfig.objects.filter(model_name="gpt-4o").update(is_active=False)
        AIModelConfig.objects.filter(model_name="gpt-4o-mini").update(tokens_per_credit=None)
        with fixed_flags(flag_at(FLAG, Stage.COMPLETE)):
            for model in ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "runware:97@1"):
                with pytest.raises(UnknownModel, match=model):
                    deduct(account, model=model)

    def test_without_tokens_is_an_error_on_the_new_side_and_the_minimum_on_the_old(self, account):
        nothing = Usage(tokens_input=0, tokens_output=0)
        with (
            fixed_flags(flag_at(FLAG, Stage.COMPLETE)),
            pytest.raises(CreditCalculationError, match="no tokens"),
        ):
            deduct(account, usage=nothing)
        with fixed_flags(flag_at(FLAG, Stage.OFF)):
            assert deduct(account, usage=nothing).credits == 2


@pytest.mark.legacy
class TestLegacyTariff:
    @pytest.mark.parametrize(
        ("operation", "tokens", "credits"),
        [
            ("clustering", 1, 2), ("clustering", 300, 2), ("clustering", 301, 3), ("clustering", 2_760, 19),
            ("idea_generation", 200, 1), ("idea_generation", 201, 2), ("content_generation", 1, 3),
            ("content_generation", 301, 4), ("image_prompt_extraction", 101, 2), ("internal_linking", 601, 3),
            ("content_optimization", 400, 2),
        ],
    )  # fmt: skip
    def test_charges(self, account, operation, tokens, credits):
        usage = Usage(tokens_input=tokens, tokens_output=0)
        assert deduct(account, operation_type=operation, usage=usage).credits == credits

    def test_without_an_active_row_is_the_billing_configurations(self, account):
        CreditCostConfig.objects.filter(operation_type="clustering").update(is_active=False)
        assert deduct(account).credits == 28


class TestNewPrice:
    @pytest.mark.parametrize(
        ("model", "tokens", "credits"),
        [
            ("gpt-5.1", 5_000, 5), ("gpt-4o", 5_000, 5), ("gpt-4o-mini", 5_000, 1), ("gpt-5.1", 1, 1),
            ("gpt-5.1", 1_001, 2), ("gpt-4o-mini", 10_000, 1), ("gpt-4o-mini", 10_001, 2),
        ],
    )  # fmt: skip
    def test_charges(self, account, model, tokens, credits):
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            assert deduct(account, model=model, usage=Usage(tokens_input=tokens, tokens_output=0)).credits == credits


class TestAddedCredits:
    def test_move_the_balance_once_per_operation(self, account):
        for _ in range(2):
            receipt = CreditService.add_credits(
                account=account,
                amount=50,
                transaction_type=TransactionType.PURCHASE,
                description="",
                operation_id="buy",
            )
        assert (receipt.repeated, balance(account)) == (True, DEMO_CREDITS + 50)
        assert adds_up(account)

    @pytest.mark.parametrize("amount", [0, -5])
    def test_are_more_than_none(self, account, amount):
        with pytest.raises(ValueError, match="above 0"):
            CreditService.add_credits(
                account=account, amount=amount, transaction_type=TransactionType.PURCHASE, description=""
            )


class TestCheck:
    @pytest.mark.legacy
    def test_returns_the_cost_and_compares_nothing(self, account):
        from migration_harness.models import Comparison

        cost = CreditService.check_credits(account=account, operation_type="clustering", model="gpt-5.1", usage=USAGE)
        assert (cost, Comparison.objects.count()) == (19, 0)

    @pytest.mark.legacy
    def test_refuses_an_empty_account(self, account):
        empty = Account.objects.create(name="Empty", plan=account.plan)
        with pytest.raises(InsufficientCreditsError, match="Empty has 0 credits and needs 19"):
            CreditService.check_credits(account=empty, operation_type="clustering", model="gpt-5.1", usage=USAGE)


class TestInvariant:
    """Raw SQL that would break the ledger fails."""

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE igny8_auth_account SET credits = credits + 1",
            "UPDATE igny8_auth_account SET credits = -1",
            "UPDATE igny8_auth_account SET opening_credits = 7",
            "UPDATE billing_credittransaction SET amount = amount - 1",
            "DELETE FROM billing_credittransaction",
            "TRUNCATE billing_credittransaction CASCADE",
            "INSERT INTO billing_credittransaction (account_id, transaction_type, amount, balance_after, description, "
            "metadata, reference_id, created_at) SELECT id, 'refund', 5, credits, '', '{}', '', now() "
            "FROM igny8_auth_account",
            "INSERT INTO billing_credittransaction (account_id, transaction_type, amount, balance_after, description, "
            "metadata, reference_id, created_at) SELECT id, 'deduction', 5, credits + 5, '', '{}', '', now() "
            "FROM igny8_auth_account",
            "INSERT INTO billing_credittransaction (account_id, transaction_type, amount, balance_after, description, "
            "metadata, reference_id, created_at) SELECT id, 'deduction', -credits - 1, -1, '', '{}', '', now() "
            "FROM igny8_auth_account",
        ],
        ids=[
            "balance", "negative balance", "opening balance", "amount", "delete", "truncate", "wrong balance_after",
            "wrong sign", "below zero",
        ],
    )  # fmt: skip
    def test_cannot_be_broken_by_sql(self, account, sql):
        deduct(account)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(sql)
        assert all(adds_up(a) for a in Account.objects.all())

    @pytest.mark.legacy
    def test_holds_for_an_entry_that_a_conflict_skips(self, account):
        deduct(account)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO billing_credittransaction (account_id, transaction_type, amount, balance_after, "
                "description, metadata, reference_id, created_at, operation_id) "
                "SELECT id, 'deduction', -1, credits - 1, '', '{}', '', now(), 'op' FROM igny8_auth_account "
                "WHERE id = %s ON CONFLICT (operation_id) DO NOTHING",
                [account.pk],
            )
        assert balance(account) == DEMO_CREDITS - 19
        assert adds_up(account)

    @pytest.mark.legacy
    def test_holds_for_an_account_that_opens_with_credits(self, account):
        opened = Account.objects.create(name="Opened", plan=account.plan, credits=100)
        deduct(opened)
        assert (balance(opened), adds_up(opened)) == (81, True)


class TestSeed:
    def test_is_idempotent_and_keeps_what_a_person_changed(self, account):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=900)
        seed_demo()
        assert AIModelConfig.objects.get(model_name="gpt-5.1").tokens_per_credit == 900
        assert (Account.objects.count(), AIModelConfig.objects.count()) == (12, 6)
        assert balance(account) == DEMO_CREDITS

    def test_gives_account_i_the_plan_i_mod_4(self, demo):
        plans = list(Account.objects.order_by("pk").values_list("plan__name", flat=True))
        assert plans == ["Free", "Starter", "Growth", "Scale"] * 3

    def test_has_one_default_for_each_type(self, demo):
        defaults = AIModelConfig.objects.filter(is_default=True).order_by("model_type")
        assert [m.model_name for m in defaults] == ["dall-e-3", "gpt-5.1"]
        with pytest.raises(IntegrityError, match="one_default_per_model_type"), transaction.atomic():
            AIModelConfig.objects.filter(model_name="gpt-4o").update(is_default=True)
