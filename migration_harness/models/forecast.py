"""Forecasts of what a flip costs, and who signed them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration_harness.models.bound import Bound


class KeptForecast(Bound):
    """A forecast that was made: its summary, and what its prices rested on. Append-only."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    flags = ArrayField(models.CharField(max_length=100), help_text="Whose candidate the forecast asked.")
    calls_of = models.TextField(help_text="Which calls: a digest of the trace, or the period of the log.")
    inputs: Any = models.JSONField(help_text="Prices, defaults and tiers by name; a signature holds while they do.")
    summary: Any = models.JSONField()

    def __str__(self) -> str:
        return f"forecast {self.pk}"


class ForecastSignOff(Bound):
    """A person signed a forecast. Append-only; whether it still holds follows from the inputs."""

    forecast = models.ForeignKey(KeptForecast, on_delete=models.PROTECT, related_name="sign_offs")
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    reason = models.TextField()

    def __str__(self) -> str:
        return f"{self.forecast} signed by {self.actor}"
