"""What holds for each AI operation, against the sandbox over real HTTP: what it costs, and when it fails."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from igny8_core.ai import exceptions
from igny8_core.ai.ai_core import AICore
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError, InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.models import AIModelConfig, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from tests.waiting import until

from ..content_parts import site_of
from .operation_runs import OPERATIONS, PRICE, spend_all
from .state import charges_of, state_of

EACH = pytest.mark.parametrize("operation", OPERATIONS)
FAULTS = {
    "slow": exceptions.ProviderTimedOut,
    "429": exceptions.ProviderRateLimited,
    "500": exceptions.ProviderUnavailable,
    "400": exceptions.ProviderRefused,
    "cut": exceptions.AnswerCutOff,
    "nonsense": exceptions.MalformedAnswer,
    "prose": exceptions.MalformedAnswer,
    "no_usage": exceptions.NoUsageReported,
    "zero_usage": exceptions.NoUsageReported,
}
CAME = {"nonsense", "prose", "no_usage", "zero_usage"}


@EACH
@pytest.mark.usefixtures("new_side")
class TestOperation:
    """Whatever the operation: one charge, one usage log, one result."""

    def test_is_charged_what_it_really_used_and_logged_once(self, run, account, operation):
        before = account.credits
        made = run(operation)
        outcome = made()
        charged, (usage,) = charges_of("op-1")
        account.refresh_from_db()
        assert charged == [outcome.credits] == [PRICE] == [before - account.credits]
        assert (usage.operation_type, usage.model_used) == (operation, "gpt-5.1")
        assert (usage.tokens_input, usage.tokens_output, usage.credits_used) == (2000, 760, PRICE)
        assert usage.cost_usd == Decimal("0.0101")
        assert usage.metadata["site"] == made.site.pk
        assert CreditUsageLog.objects.filter(account=account).count() == 1

    def test_runs_once_however_often_it_is_called(self, run, provider, operation):
        made = run(operation)
        first = made()
        after = state_of(made.site.account)
        again = made()
        assert (again.repeated, again.created, again.credits, again.model) == (True, (), first.credits, first.model)
        assert first.created
        assert state_of(made.site.account) == after
        assert len(provider.requests) == 1

    @pytest.mark.parametrize("fault", FAULTS)
    def test_that_meets_a_fault_leaves_nothing_and_its_retry_is_one_charge(
        self, run, operation, fault, settings, provider
    ):
        patient = settings.IGNY8_PROVIDER_TIMEOUT_SECONDS
        settings.IGNY8_PROVIDER_TIMEOUT_SECONDS = 0.5 if fault == "slow" else patient
        settings.IGNY8_PROVIDER_TRIES = 1
        made = run(operation, f"[[sandbox fault={fault} times=1 tokens_in=2000 tokens_out=760]]")
        before = state_of(made.site.account)
        with pytest.raises(FAULTS[fault], match=r"^openai, model gpt-5\.1: "):
            made()
        unbilled = CreditUsageLog.objects.filter(account=made.site.account)
        # An answer that came and is of no use costs the customer nothing, and is on record.
        assert [log.credits_used for log in unbilled] == ([0] if fault in CAME else [])
        unbilled.delete()
        assert state_of(made.site.account) == before
        # The sandbox may still be reading what nobody waits for: the next request is the second one.
        until(lambda: len(provider.requests) == 1)
        settings.IGNY8_PROVIDER_TIMEOUT_SECONDS = patient
        outcome = made()
        assert charges_of("op-1")[0] == [outcome.credits] == [PRICE]
        assert (outcome.repeated, len(provider.requests)) == (False, 2)

    @pytest.mark.parametrize("fault", ["429", "500"])
    def test_that_was_asked_for_again_within_it_is_one_charge(self, run, operation, fault, provider):
        made = run(operation, f"[[sandbox fault={fault} times=2 tokens_in=2000 tokens_out=760]]")
        assert made().credits == PRICE
        assert len(charges_of("op-1")[1]) == 1
        assert len(provider.requests) == 3

    def test_of_an_empty_account_never_reaches_a_provider(self, run, account, operation, provider):
        made = run(operation)
        spend_all(account)
        before = state_of(account)
        with pytest.raises(InsufficientCreditsError, match="needs"):
            made()
        assert provider.requests == []
        assert state_of(account) == before

    def test_that_used_more_than_the_balance_is_neither_charged_nor_saved(self, run, account, operation):
        made = run(operation, "[[sandbox tokens_in=900000 tokens_out=900000]]")
        spend_all(account, but=200)
        before = state_of(account)
        with pytest.raises(InsufficientCreditsError):
            made()
        log = CreditUsageLog.objects.get(metadata__operation_id="op-1")
        assert (log.credits_used, log.transaction, log.cost_usd) == (0, None, Decimal("10.125"))
        log.delete()
        assert state_of(account) == before

    def test_of_another_account_does_not_exist(self, run, operation, provider):
        made = run(operation)
        other = Account.objects.exclude(pk=made.site.account_id).first()
        with pytest.raises(exceptions.InvalidInput):
            made(account=other)
        with pytest.raises(exceptions.InvalidInput):
            made(account=other, site=site_of(other))
        assert provider.requests == []

    def test_is_refused_under_an_operation_id_of_another_account(self, run, operation, provider):
        other = Account.objects.order_by("-pk").first()
        CreditService.deduct_credits_for_operation(
            account=other, operation_type="clustering", model="gpt-4o", operation_id="op-1",
            usage=Usage(tokens_input=1, tokens_output=1),
        )  # fmt: skip
        with pytest.raises(OperationConflict):
            run(operation)()
        assert provider.requests == []

    def test_that_was_overtaken_by_its_twin_answers_what_that_was_charged(self, run, operation, monkeypatch):
        made = run(operation)
        ask, twin = AICore.complete, []

        def overtaken(**call):
            answer = ask(**call)
            if not twin:
                twin.append(None)
                twin[0] = made()
                # A model says it in other words the second time.
                return replace(answer, usage=Usage(tokens_input=2000, tokens_output=9_000))
            return answer

        monkeypatch.setattr("igny8_core.ai.engine.AICore.complete", overtaken)
        outcome = made()
        assert (outcome.repeated, outcome.created, outcome.credits) == (True, (), twin[0].credits)
        assert charges_of("op-1")[0] == [PRICE]
        unbilled = CreditUsageLog.objects.get(metadata__unbilled="OperationConflict")
        assert (unbilled.credits_used, unbilled.tokens_output) == (0, 9_000)

    def test_is_refused_under_the_id_of_something_else(self, run, operation, account, provider):
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="internal_linking", model="gpt-4o", operation_id="op-1",
            usage=Usage(tokens_input=1, tokens_output=1),
        )  # fmt: skip
        with pytest.raises(OperationConflict):
            run(operation)()
        assert provider.requests == []

    def test_is_refused_inside_a_transaction(self, run, operation, provider):
        made = run(operation)
        before = state_of(made.site.account)
        with transaction.atomic(), pytest.raises(exceptions.InsideTransaction):
            made()
        assert (provider.requests, state_of(made.site.account)) == ([], before)

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"is_active": False, "is_default": False}, exceptions.NoDefaultModel),
            ({"input_cost_per_1m": None}, exceptions.PricelessModel),
            ({"tokens_per_credit": None}, CreditCalculationError),
        ],
        ids=["no default", "no rate", "no price"],
    )
    def test_without_a_priced_model_fails_before_any_call(self, run, operation, provider, change, error):
        made = run(operation)
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(**change)
        before = state_of(made.site.account)
        with pytest.raises(error):
            made()
        assert (provider.requests, state_of(made.site.account)) == ([], before)


@EACH
@pytest.mark.legacy
class TestToday:
    def test_is_charged_the_tariff_of_the_operation(self, run, account, operation):
        made = run(operation)
        outcome = made()
        charged, (usage,) = charges_of("op-1")
        assert (outcome.model, outcome.credits) == ("gpt-4o-mini", made.tariff)
        assert (charged, usage.credits_used, usage.model_used) == ([made.tariff], made.tariff, "gpt-4o-mini")
