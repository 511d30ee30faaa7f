"""A forecast of the usage log."""

# @legacy file model-selection, model-based-credits

import json
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.ai.seams import cost_usd, default_model
from igny8_core.auth.models import Account, Plan
from igny8_core.business.billing.models import AIModelConfig, CreditUsageLog
from igny8_core.business.billing.seams import credit_cost
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.forecast.moves import DefaultMoves
from igny8_core.forecast.pricer import Prices
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness import accounts
from migration_harness.exceptions import ForecastRefused
from migration_harness.money.forecast.targets import target_flags

from ..forecasting import credits_of, forecast_now, kept_now, question, used

TOKENS = st.integers(min_value=0, max_value=10**7)


class TestPrices:
    """What a forecast takes for granted of the seams' sides, so that it may add up before it asks."""

    @pytest.mark.parametrize("flags", [frozenset(), frozenset({"model-selection"})], ids=["control", "candidate"])
    def test_of_the_provider_are_linear_in_what_was_used(self, account, flags):
        side = cost_usd.candidate if flags else cost_usd.control
        for model in ("gpt-5.1", "gpt-4o-mini", "gpt-4o"):
            kind = Prices(flags).kind("clustering", model)
            for sent, generated in ((0, 1), (1, 0), (374, 44), (10**7, 3)):
                found = kind.money(credits=0, calls=1, tokens_input=sent, tokens_output=generated).cost_usd
                usage = Usage(tokens_input=sent, tokens_output=generated)
                assert found == side(account=account, model=model, usage=usage)

    @pytest.mark.parametrize("side", ["control", "candidate"])
    def test_of_customers_depend_on_the_sum_of_the_tokens_alone(self, account, side):
        price = getattr(credit_cost, side)

        @given(TOKENS, st.integers(min_value=1, max_value=10**7))
        def law(sent, generated):
            asked = {"account": account, "operation": "clustering", "model": "gpt-5.1"}
            apart = price(**asked, usage=Usage(tokens_input=sent, tokens_output=generated))
            together = price(**asked, usage=Usage(tokens_input=sent + generated, tokens_output=0))
            assert apart == together

        law()


class TestForecastOfTheLog:
    def test_prices_a_call_on_both_sides(self, account):
        used(account, tokens=3_000)
        found = forecast_now()
        assert credits_of(found.totals) == (20, 3)
        before, after = found.totals.before, found.totals.after
        assert (before.revenue_usd, after.revenue_usd) == (Decimal("0.20"), Decimal("0.03"))
        assert before.cost_usd == after.cost_usd == Decimal("0.00375")

    def test_reads_no_call_of_another_time(self, account):
        for days in (0, 2, 40):
            row = used(account)
            CreditUsageLog.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))
        assert forecast_now().totals.calls == 2
        assert forecast_now(since=timezone.now() - timedelta(days=1)).totals.calls == 1

    def test_of_an_empty_period_says_so(self, demo, harness):
        code, out, _ = harness("forecast", "--since", "12h")
        assert (code, out.splitlines()[0]) == (
            0, "No call was recorded in this period: nothing can be said of the money.",
        )  # fmt: skip
        found = forecast_now()
        assert (found.period, found.accounts, found.quantiles, found.dry) == (None, (), {}, [])

    def test_asks_the_database_no_more_for_more_calls(self, account):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                forecast_now()
            return len(captured)

        used(account)
        few = queries()
        for other in Account.objects.all():
            for tokens in range(100, 1_000, 100):
                used(other, tokens=tokens)
        assert queries() == few

    def test_moves_calls_on_the_default_to_the_new_one(self, account):
        used(account, model="gpt-4o-mini", tokens=30_000)
        (line,) = forecast_now().models
        assert (line.name, credits_of(line.change)) == ("gpt-4o-mini → gpt-5.1", (200, 30))
        (line,) = forecast_now(moves_defaults=False).models
        assert (line.name, credits_of(line.change)) == ("gpt-4o-mini", (200, 3))

    def test_leaves_calls_where_somebody_chose_the_model(self, demo):
        account = Account.objects.get(name="Blue Harbour")
        IntegrationSettings.objects.create(account=account, text_model="gpt-4o-mini")
        used(account, model="gpt-4o-mini", tokens=30_000)
        assert [line.name for line in forecast_now().models] == ["gpt-4o-mini"]

    def test_moves_calls_of_a_plan_that_allows_no_choice(self, account):
        assert not account.plan.allows_overrides
        IntegrationSettings.objects.create(account=account, text_model="gpt-4o-mini")
        used(account, model="gpt-4o-mini", tokens=30_000)
        assert [line.name for line in forecast_now().models] == ["gpt-4o-mini → gpt-5.1"]

    def test_moves_images_of_the_other_service_to_the_default(self, demo):
        account = Account.objects.get(name="Juniper Foods")
        GlobalIntegrationSettings.objects.update(runware_model="runware:97@1")
        used(account, "image_generation", "runware:97@1")
        used(Account.objects.get(name="Blue Harbour"), "image_generation", "runware:97@1")
        found = {line.name: credits_of(line.change) for line in forecast_now().models}
        assert found == {"runware:97@1 → dall-e-3": (5, 5), "runware:97@1": (5, 1)}

    def test_asks_the_seam_of_the_default_for_accounts_that_are_alike_once(self, demo):
        moves = DefaultMoves(target_flags())
        for account in Account.objects.select_related("plan"):
            for model_type in ("text", "image"):
                before = default_model.control(account=account, model_type=model_type)
                after = default_model.candidate(account=account, model_type=model_type)
                assert moves.of(str(account.pk)).get(before, before) == after

    def test_says_where_a_retired_model_has_no_price(self, account, harness):
        used(account, model="gpt-4.1")
        used(account, model="gpt-4.1")
        used(account)
        found = forecast_now()
        assert (found.totals.calls, found.totals.unpriced, credits_of(found.totals)) == (1, 2, (20, 3))
        (line,) = found.unpriced
        assert (line.model, line.calls, line.accounts, line.credits_before) == ("gpt-4.1", 2, 1, 40)
        out = harness("forecast")[1]
        assert out.splitlines()[0].startswith("1 call: 20 → 3 credits")
        assert "Without a price, and left out: 2." in " ".join(out.split())
        assert "gpt-4.1" in out

    @pytest.mark.parametrize(
        ("logged", "reason"),
        [
            ({"model": "gpt-9"}, "gpt-9"),
            ({"operation": "clairvoyance"}, "There is no operation 'clairvoyance'."),
            ({"tokens": 0}, "the provider reported no tokens"),
            ({"operation": "image_generation", "model": "bria:10@1"}, "bria:10@1"),
            ({"metadata": {"unbilled": "insufficient credits"}}, "It was billed to nobody"),
        ],
        ids=["unknown model", "unknown operation", "no tokens", "image without a rate", "unbilled"],
    )
    def test_counts_what_cannot_be_priced_and_why(self, account, logged, reason):
        used(account, **logged)
        found = forecast_now()
        (line,) = found.unpriced
        assert reason in line.reason
        assert (line.calls, found.totals.calls, found.totals.unpriced) == (1, 0, 1)
        assert [(each.change.calls, each.change.unpriced) for each in found.accounts] == [(0, 1)]
        assert credits_of(found.totals) == (0, 0)

    def test_names_those_who_gain_and_lose_most(self, demo):
        gains, loses = Account.objects.order_by("pk")[:2]
        used(gains, tokens=30_000)
        used(loses, "image_generation", "google:4@2")
        found = forecast_now()
        assert [(line.name, line.change.credits) for line in found.gain_most] == [(gains.name, -170)]
        assert [(line.name, line.change.credits) for line in found.lose_most] == [(loses.name, 8)]
        assert found.quantiles[0] == -170

    def test_says_who_runs_dry_and_when(self, demo):
        plan = Plan.objects.order_by("pk").first()
        poor = Account.objects.create(name="Poor", plan=plan, credits=45)
        rich = Account.objects.create(name="Rich", plan=plan, credits=10**6)
        for account in (poor, rich):
            used(account, "image_generation", "google:4@2")
        asked = question()
        CreditUsageLog.objects.update(created_at=asked.until - timedelta(days=2))
        (line,) = (found := forecast_now(until=asked.until)).dry
        assert (line.name, found.dry_before) == ("Poor", 1)
        assert line.dry.after_at == asked.until + timedelta(days=6)  # 45 credits, 15 in two days.
        assert line.dry.before_at == asked.until + timedelta(seconds=45 * 2 * 86_400 // 7)

    def test_takes_a_rate_over_a_day_at_least(self, account):
        used(account)
        assert forecast_now().period.seconds == 86_400

    def test_of_an_account_without_a_plan_or_a_name_is_counted(self, account, monkeypatch):
        other = Account.objects.order_by("pk").last()
        for each in (account, other):
            used(each)
        info = accounts.AccountInfo(account_id=str(account.pk), name="Amber Bakery", plan="", balance=5)
        known = SimpleNamespace(describe=lambda ids: {info.account_id: info})
        monkeypatch.setattr("migration_harness.money.forecast.report.directory", lambda: known)
        found = forecast_now()
        assert [(line.name, line.change.calls) for line in found.plans] == [("(no plan)", 2)]
        assert {line.name for line in found.accounts} == {"Amber Bakery", f"account {other.pk}"}
        assert {line.name: line.dry is None for line in found.accounts}[f"account {other.pk}"]

    def test_is_of_the_rows_that_the_service_writes(self, account):
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="clustering", model="gpt-5.1",
            usage=Usage(tokens_input=2_900, tokens_output=100), operation_id="test:1",
        )  # fmt: skip
        CreditService.deduct_credits_for_image(account=account, model="dall-e-3", operation_id="test:2")
        CreditService.record_unbilled(
            account=account, operation_type="clustering", model="gpt-5.1",
            usage=Usage(tokens_input=2_900, tokens_output=100), operation_id="test:3", reason="empty",
        )  # fmt: skip
        found = forecast_now()
        assert (credits_of(found.totals), found.totals.calls, found.totals.unpriced) == ((25, 8), 2, 1)

    def test_is_refused_while_prices_change(self, account, monkeypatch):
        used(account)
        adds_up = DefaultMoves.of

        def changing(self, account_id):
            AIModelConfig.objects.filter(model_name="gpt-4o").update(tokens_per_credit=7)
            return adds_up(self, account_id)

        monkeypatch.setattr(DefaultMoves, "of", changing)
        with pytest.raises(ForecastRefused, match="while the forecast was made"):
            forecast_now()

    def test_is_kept_with_what_it_said(self, account):
        used(account)
        kept = kept_now()
        assert kept.summary["totals"]["after"]["credits"] == 3
        assert kept.summary["gain_most"][0]["name"] == account.name
        assert "accounts" not in kept.summary


class TestCommand:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--since", "30"], "say how far back"),
            (["--since", "0d"], "say how far back"),
            (["--since", "1d", "--trace", "x.csv"], "not both"),
            (["--images", "5"], "--images is for a trace"),
            (["--flag", "typo"], "The plan has no flag 'typo'"),
            (["--phase", "9"], "The plan has no phase 9"),
            (["--sign-off"], "needs a reason"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_refuses_what_makes_no_sense(self, demo, harness, arguments, told):
        code, out, err = harness("forecast", *arguments)
        assert (code, out, told in err) == (2, "", True)

    def test_of_a_malformed_trace_names_the_line(self, demo, harness, tmp_path):
        path = tmp_path / "trace.csv"
        path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,1,many\n")
        code, _, err = harness("forecast", "--trace", str(path))
        assert (code, f"{path}, line 2" in err) == (1, True)

    def test_of_a_missing_trace_fails(self, demo, harness, tmp_path):
        assert harness("forecast", "--trace", str(tmp_path / "none.csv"))[0] == 1

    def test_takes_required_flags_along(self, account, harness):
        used(account, model="gpt-4o-mini")
        found = json.loads(harness("forecast", "--flag", "model-based-credits", "--json")[1])
        assert found["flags"] == ["model-based-credits", "model-selection"]
        assert found == json.loads(harness("forecast", "--phase", "4", "--json")[1]) | {
            name: found[name] for name in ("at", "calls_of", "period", "forecast", "dry", "accounts", "gain_most")
        }

    def test_writes_no_formula_of_a_customer_into_the_file(self, account, harness, tmp_path):
        Account.objects.filter(pk=account.pk).update(name="=HYPERLINK(1)")
        used(account)
        harness("forecast", "--csv", str(tmp_path / "out.csv"))
        assert "'=HYPERLINK(1)" in (tmp_path / "out.csv").read_text()

    def test_shows_a_hostile_name_as_text(self, account, harness):
        Account.objects.filter(pk=account.pk).update(name="[bold]Sons[/bold]")
        used(account)
        assert "[bold]Sons[/bold]" in harness("forecast")[1]


class TestUnpricedCalls:
    def test_always_have_a_reason(self, demo):
        for account, model in zip(Account.objects.all(), ("gpt-9", "gpt-4.1", "dall-e-2", ""), strict=False):
            used(account, model=model)
            used(account, "image_generation", model)
        found = forecast_now()
        assert all(line.reason for line in found.unpriced)
        assert sum(line.calls for line in found.unpriced) == CreditUsageLog.objects.count() == 8
