"""The service's side of a forecast: recorded calls, priced by both sides of the seams."""

# @legacy package model-selection, model-based-credits

from igny8_core.forecast.trace import TraceForecast
from igny8_core.forecast.usage_log import UsageForecast
from migration_harness.api import ForecastQuestion, ForecastSource


def source(question: ForecastQuestion) -> ForecastSource:
    """Return what answers a forecast: of a trace where the question names one, else of the usage log."""
    return UsageForecast(question) if question.trace is None else TraceForecast(question)
