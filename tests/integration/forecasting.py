"""Usage to forecast, and forecasts of it."""

from datetime import timedelta

from django.utils import timezone

from igny8_core.business.billing.models import CreditUsageLog
from migration_harness.money.forecast.report import forecast
from migration_harness.money.forecast.source import ForecastQuestion
from migration_harness.money.forecast.stored import make_forecast, question_of_log
from migration_harness.money.forecast.targets import target_flags


def used(account, operation="clustering", model="gpt-5.1", *, tokens=3_000, times=1, **fields):
    """Log calls as the service does, one if nothing else is said; an image has no tokens. Returns the last row."""
    sent = 0 if operation == "image_generation" else tokens
    rows = [
        CreditUsageLog(
            account=account, operation_type=operation, model_used=model, tokens_input=sent, tokens_output=0,
            credits_used=1, **fields,
        )
        for _ in range(times)
    ]  # fmt: skip
    return CreditUsageLog.objects.bulk_create(rows)[-1]


def question(**changed):
    now = timezone.now()
    asked = {"flags": target_flags(), "since": now - timedelta(days=30), "until": now} | changed
    return ForecastQuestion(**asked)


def forecast_now(**changed):
    return forecast(question=question(**changed))


def kept_now(actor="ada"):
    """Make a forecast of the log and keep it."""
    return make_forecast(question=question_of_log(days=30), actor=actor)[1]


def credits_of(change):
    return change.before.credits, change.after.credits
