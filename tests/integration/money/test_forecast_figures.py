"""What a forecast says of each account's calls of each kind, kept with it."""

# @legacy file model-selection, model-based-credits

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditUsageLog
from migration_harness.models import ForecastFigure, KeptForecast
from migration_harness.money.forecast.figures import (
    KEPT_DAYS,
    Figure,
    Figures,
    are_kept,
    figures_by_account,
    figures_by_kind,
    remove_old_figures,
)
from migration_harness.money.forecast.money import Money
from migration_harness.money.forecast.sign_off import sign_off
from migration_harness.money.forecast.source import PricedCalls
from migration_harness.money.forecast.stored import make_forecast
from migration_harness.tasks import remove_old_comparisons

from ..forecasting import kept_now, question, used

CLUSTERS = ("clustering", "gpt-5.1")


def aged(kept, days):
    """Have a forecast be so old: a row that nobody changes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE migration_harness_keptforecast DISABLE TRIGGER forecast_append_only")
        KeptForecast.objects.filter(pk=kept.pk).update(at=timezone.now() - timedelta(days=days))
        cursor.execute("ALTER TABLE migration_harness_keptforecast ENABLE ALWAYS TRIGGER forecast_append_only")


class TestFigures:
    def test_are_of_each_account_and_of_the_model_that_it_gets(self, account):
        for tokens in (3_000, 9_000):
            used(account, tokens=tokens)
        used(account, model="gpt-4o-mini", tokens=30_000)
        used(account, "image_generation", "dall-e-3")
        kept, key = kept_now(), str(account.pk)
        assert figures_by_kind(kept, account_ids=[key]) == {
            (key, CLUSTERS): Figure(calls=3, credits=42, dearest=30),
            (key, ("image_generation", "dall-e-3")): Figure(calls=1, credits=5, dearest=5),
        }

    def test_add_up_by_the_kinds_that_are_asked_for(self, account):
        other = Account.objects.exclude(pk=account.pk).first()
        used(account, tokens=3_000)
        used(account, "idea_generation", tokens=2_000)
        used(account, "image_generation", "dall-e-3")
        used(other, tokens=1_000)
        kinds = [CLUSTERS, ("idea_generation", "gpt-5.1")]
        found = figures_by_account(kept_now(), account_ids=[str(account.pk)], kinds=kinds)
        assert found == {str(account.pk): Figure(calls=2, credits=5, dearest=3)}

    def test_come_to_what_the_forecast_says(self, demo):
        for number, account in enumerate(Account.objects.all()):
            for tokens in range(500, 5_000, 700):
                used(account, "clustering", ("gpt-5.1", "gpt-4o-mini")[number % 2], tokens=tokens)
        found, kept = make_forecast(question=question(), actor="ada")
        rows = ForecastFigure.objects.filter(forecast=kept)
        sums = [(row.calls, row.credits_before, row.credits_after) for row in rows]
        totals = found.totals
        assert [sum(each) for each in zip(*sums, strict=True)] == [
            totals.calls, totals.before.credits, totals.after.credits,
        ]  # fmt: skip

    def test_are_of_a_trace_too(self, demo, tmp_path):
        trace = tmp_path / "trace.csv"
        trace.write_text(
            "TIMESTAMP,ContextTokens,GeneratedTokens\n"
            "2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,4396,109\n"
        )
        found, kept = make_forecast(question=question(since=None, trace=trace, moves_defaults=False), actor="ada")
        rows = list(ForecastFigure.objects.filter(forecast=kept))
        assert sum(row.calls for row in rows) == found.totals.calls == 2
        assert sum(row.credits_after for row in rows) == found.totals.after.credits
        assert max(row.dearest_after for row in rows) == max(row.credits_after for row in rows)

    @pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\r\nb", "\\N", "\\.", "", "ä\u2028b", "'\";--"])
    def test_keep_names_as_they_are(self, account, text):
        used(account)
        kept = kept_now()
        money = Money(credits=7)
        with Figures() as figures:
            figures.note(
                PricedCalls(
                    account_id=text, operation=text, model="", model_after=text, calls=2, before=money, after=money
                )
            )
            figures.keep(kept)
        assert figures_by_kind(kept, account_ids=[text]) == {
            (text, (text, text)): Figure(calls=2, credits=7, dearest=7)
        }

    def test_of_a_forecast_that_fails_are_none(self, account, monkeypatch):
        used(account)
        monkeypatch.setattr("migration_harness.money.forecast.stored.as_json", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            kept_now()
        assert (KeptForecast.objects.count(), ForecastFigure.objects.count()) == (0, 0)

    def test_that_nobody_could_price_are_none(self, account):
        used(account, model="gpt-9")
        assert not are_kept(kept_now())


class TestRetention:
    @pytest.fixture
    def old(self, account):
        """A forecast that is old, with a newer one beside it."""
        used(account)
        kept = kept_now()
        kept_now()
        aged(kept, KEPT_DAYS + 1)
        return kept

    def test_removes_figures_that_nobody_has_signed(self, old):
        remove_old_comparisons()
        assert (are_kept(old), ForecastFigure.objects.count(), KeptForecast.objects.count()) == (False, 1, 2)

    def test_leaves_those_of_a_signed_forecast(self, old):
        sign_off(forecast_id=old.pk, actor="ada", reason="agreed")
        assert (remove_old_figures(now=timezone.now()), are_kept(old)) == (0, True)

    def test_leaves_those_of_the_newest(self, account):
        used(account)
        kept = kept_now()
        aged(kept, KEPT_DAYS + 1)
        assert (remove_old_figures(now=timezone.now()), are_kept(kept)) == (0, True)

    def test_leaves_those_of_yesterday(self, old):
        aged(old, KEPT_DAYS - 1)
        assert (remove_old_figures(now=timezone.now()), are_kept(old)) == (0, True)

    def test_runs_twice(self, old):
        assert [remove_old_figures(now=timezone.now()) for _ in range(2)] == [1, 0]


class TestRow:
    @pytest.fixture
    def signed(self, account):
        used(account)
        kept = kept_now()
        sign_off(forecast_id=kept.pk, actor="ada", reason="agreed")
        return kept

    @pytest.mark.parametrize("session", ["SELECT 1", "SET LOCAL session_replication_role = replica"])
    @pytest.mark.parametrize("verb", ["UPDATE {} SET calls = 9", "TRUNCATE {}", "DELETE FROM {}"])
    def test_of_a_signed_forecast_stays(self, signed, verb, session):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(session)
            cursor.execute(verb.format("migration_harness_forecastfigure"))

    def test_of_another_may_go_and_is_never_changed(self, account):
        used(account)
        kept_now()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            ForecastFigure.objects.update(calls=9)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM migration_harness_forecastfigure")
        assert CreditUsageLog.objects.count() == 1
