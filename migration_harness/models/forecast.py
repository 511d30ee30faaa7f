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


class ForecastFigure(Bound):
    """What a forecast says of one account's calls of one operation and model; several rows of one kind add up.

    Those of a signed forecast stay, and no row is ever changed.
    """

    forecast = models.ForeignKey(
        KeptForecast, on_delete=models.DO_NOTHING, related_name="figures", db_constraint=False, db_index=False
    )
    account_id = models.TextField()
    operation = models.TextField()
    model = models.TextField(help_text="On which the calls run after.")
    calls = models.BigIntegerField()
    credits_before = models.BigIntegerField()
    credits_after = models.BigIntegerField()
    dearest_after = models.BigIntegerField(help_text="The credits of the dearest of these calls, after.")

    class Meta:
        indexes = [models.Index(fields=["forecast", "account_id"], name="forecast_figure_by_account")]

    def __str__(self) -> str:
        return f"forecast {self.forecast_id}, account {self.account_id}: {self.operation} on {self.model}"
