"""A charge: its entry, its evidence and what it made, or nothing at all."""

import pytest
import structlog
from django.db import connection, transaction

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict, UnknownModel
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Related, Usage
from igny8_core.seed import DEMO_CREDITS
from migration_harness.deciding.stages import Stage
from migration_harness.models import Comparison
from migration_harness.testing import fixed_flags, flag_at

from .charging import FLAG, Broken, balance, deduct, deduct_image


class TestEntry:
    @pytest.mark.parametrize(
        ("stage", "rates"),
        [
            (Stage.SHADOW, {"tokens_per_credit": 150, "min_credits": 2}),
            (Stage.LIVE, {"tokens_per_credit": 1_000}),
        ],
        ids=["control", "candidate"],
    )
    def test_keeps_path_the_rates_of_the_side_that_answered_and_the_signed_price(self, account, stage, rates):
        with fixed_flags(flag_at(FLAG, stage)):
            deduct(account)
        assert CreditTransaction.objects.get(operation_id="op").metadata == {
            "execution_path": "direct",
            "rates": rates,
            "signed_credits": 3,
        }

    def test_of_an_image_keeps_its_rates(self, account):
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            deduct_image(account)
        assert CreditTransaction.objects.get(operation_id="op").metadata["rates"] == {
            "usd_per_image": "0.140000", "price_per_credit_usd": "0.0200", "min_credits": 5,
        }  # fmt: skip

    def test_says_what_the_operation_was_made_for(self, account):
        deduct(account, related=Related(kind="content", pk=17), metadata={"words": 900})
        log = CreditUsageLog.objects.get()
        assert (log.related_object_type, log.related_object_id, log.metadata) == ("content", "17", {"words": 900})


class TestImage:
    """Today → after: dall-e-3 5 → 5, google:4@2 7 → 15, runware:97@1 5 → 1."""

    @pytest.mark.parametrize(
        ("model", "today", "after", "verdict"),
        [("dall-e-3", 5, 5, "match"), ("google:4@2", 7, 15, "intended"), ("runware:97@1", 5, 1, "intended")],
    )
    def test_costs(self, account, model, today, after, verdict):
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            assert deduct_image(account, model=model, operation_id="a").credits == today
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            assert deduct_image(account, model=model, operation_id="b").credits == after
        found = Comparison.objects.filter(seam="credits.image").values_list("verdict", "group")
        assert list(found) == [(verdict, ["image_generation", model])] * 2

    def test_writes_one_usage_log_with_the_providers_cost(self, account):
        deduct_image(account, model="dall-e-3")
        log = CreditUsageLog.objects.get()
        assert (log.operation_type, log.credits_used, str(log.cost_usd), log.model_used) == (
            "image_generation", 5, "0.040000", "dall-e-3",
        )  # fmt: skip

    def test_without_a_row_costs_the_constants_rate_today_and_has_no_price_after(self, account):
        with fixed_flags(flag_at(FLAG, Stage.OFF)):
            assert CreditService.check_credits_for_image(account=account, model="dall-e-2") == 5
        with fixed_flags(flag_at(FLAG, Stage.COMPLETE)), pytest.raises(UnknownModel, match="dall-e-2"):
            CreditService.check_credits_for_image(account=account, model="dall-e-2")

    @pytest.mark.parametrize("stage", [Stage.OFF, Stage.COMPLETE])
    def test_of_an_unknown_model_is_refused_on_both_sides(self, account, stage):
        with fixed_flags(flag_at(FLAG, stage)), pytest.raises(UnknownModel, match="bria:10@1"):
            deduct_image(account, model="bria:10@1")

    def test_is_estimated_too_low_today_for_three(self, account):
        """A known legacy fault: three images are charged 15, one by one, and estimated at 6."""
        with fixed_flags(flag_at(FLAG, Stage.OFF)):
            assert CreditService.get_image_cost(account=account, model="dall-e-3", images=3) == 6
        with fixed_flags(flag_at(FLAG, Stage.COMPLETE)):
            assert CreditService.get_image_cost(account=account, model="dall-e-3", images=3) == 15

    def test_is_refused_to_an_account_that_cannot_pay(self, account):
        empty = Account.objects.create(name="Empty", plan=account.plan)
        with pytest.raises(InsufficientCreditsError, match="Empty has 0 credits and needs 5"):
            CreditService.check_credits_for_image(account=empty, model="dall-e-3")


class TestWhatAnOperationMade:
    def test_is_saved_with_the_charge(self, account):
        saved = []
        receipt = deduct(account, save=saved.append)
        assert saved == [receipt]

    def test_is_not_saved_again_for_a_repeated_operation(self, account):
        deduct(account)
        assert deduct(account, save=lambda _: pytest.fail("saved twice")).repeated

    def test_takes_the_charge_with_it_when_it_cannot_be_saved(self, account):
        def fail(receipt):
            Account.objects.filter(pk=account.pk).update(name="half saved")
            raise Broken

        with pytest.raises(Broken):
            deduct(account, save=fail)
        row = Account.objects.get(pk=account.pk)
        assert (row.name, row.credits, Comparison.objects.count()) == (account.name, DEMO_CREDITS, 0)


class TestEvidence:
    @pytest.fixture
    def refused(self, account):
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE migration_harness_comparison ADD CONSTRAINT nothing CHECK (seam = 'none') NOT VALID"
            )

    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    @pytest.mark.usefixtures("refused")
    def test_that_cannot_be_written_leaves_the_legacy_price_and_an_alarm(
        self, account, stage, django_capture_on_commit_callbacks
    ):
        with (
            fixed_flags(flag_at(FLAG, stage)),
            structlog.testing.capture_logs() as events,
            django_capture_on_commit_callbacks(execute=True),
        ):
            receipt = deduct(account)
        entry = CreditTransaction.objects.get(operation_id="op")
        assert (receipt.credits, entry.priced_by, entry.flag_epoch, entry.candidate_credits) == (19, "control", 0, None)
        assert [(e["event"], e["seam"], e["charged_as"]) for e in events] == [
            ("harness.evidence_lost", "credits.text", "off")
        ]
        assert balance(account) == DEMO_CREDITS - 19

    def test_is_not_written_for_a_charge_that_is_not_made(self, account):
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            with pytest.raises(InsufficientCreditsError):
                deduct(account, usage=Usage(tokens_input=50_000_000, tokens_output=1))
            deduct(account)
            deduct(account)
        assert Comparison.objects.count() == 1

    def test_is_not_announced_where_the_transaction_of_the_caller_is_lost(self, account):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=100)
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)), structlog.testing.capture_logs() as events:
            with pytest.raises(Broken), transaction.atomic():
                deduct(account, operation_id="lost")
                raise Broken
        assert events == []


class TestRepeatedOperation:
    def test_keeps_its_first_price_when_its_model_has_none_any_more(self, account):
        with fixed_flags(flag_at(FLAG, Stage.COMPLETE)):
            first = deduct(account)
            AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=None)
            again = deduct(account)
        assert (again.credits, again.repeated) == (first.credits, True)

    def test_by_another_account_at_the_same_moment_is_a_conflict(self, account):
        other = Account.objects.exclude(pk=account.pk).first()
        deduct(account)
        with pytest.raises(OperationConflict, match="'op'"):
            deduct(other)
