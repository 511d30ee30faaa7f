"""Forecasts that were made: kept, so that console and API show what a command or a task computed."""

from datetime import timedelta

from django.utils import timezone

from migration_harness.exceptions import ForecastRefused
from migration_harness.isolation import read_committed
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.answer import Forecast
from migration_harness.money.forecast.figures import Figures
from migration_harness.money.forecast.report import forecast
from migration_harness.money.forecast.source import ForecastQuestion, OnProgress, say_nothing
from migration_harness.money.forecast.targets import target_flags
from migration_harness.money.forecast.told import as_json


def make_forecast(
    *, question: ForecastQuestion, actor: str, on_progress: OnProgress = say_nothing
) -> tuple[Forecast, KeptForecast]:
    """Make a forecast, and keep its summary and its figures. Raises HarnessError for what cannot be read or priced."""
    with Figures() as figures:
        found = forecast(question=question, on_progress=on_progress, note=figures.note)
        with read_committed():
            kept = KeptForecast.objects.create(
                at=found.at,
                actor=actor,
                flags=sorted(question.flags),
                calls_of=found.digest,
                inputs=found.inputs,
                summary=as_json(found, with_accounts=False),
            )
            figures.keep(kept)
    return found, kept


def question_of_log(*, days: int, flags: frozenset[str] | None = None) -> ForecastQuestion:
    """Return the question about the last days of the host's log, for the flags that need a forecast."""
    now = timezone.now()
    wanted = target_flags() if flags is None else flags
    return ForecastQuestion(flags=wanted, since=now - timedelta(days=days), until=now)


def last_forecast() -> KeptForecast | None:
    """Return the newest forecast that was made, None where there is none."""
    return KeptForecast.objects.order_by("-id").first()


def kept_forecast(forecast_id: int) -> KeptForecast:
    """Return a forecast that was made; raises ForecastRefused where there is none of this number."""
    found = KeptForecast.objects.filter(pk=forecast_id).first()
    if found is None:
        raise ForecastRefused(f"There is no forecast {forecast_id}. Make one: python manage.py harness forecast")
    return found
