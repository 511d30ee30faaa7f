"""Proofs of rollbacks, as they came."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration_harness.models.bound import Bound


class RollbackProof(Bound):
    """That every process obeyed a rollback, and after how long. Append-only; its events are on the trail."""

    epoch = models.BigIntegerField(help_text="The newest of the rollback's flips.")
    flags = ArrayField(models.TextField())
    epochs = ArrayField(models.BigIntegerField(), help_text="Of each flag's flip.")
    is_drill = models.BooleanField(help_text="Of a flag that no seam asks.")
    holds = models.BooleanField(help_text="Every live process has acknowledged, or was fenced.")
    waited_ms = models.FloatField()
    told: Any = models.JSONField(help_text="Who acknowledged, after how many milliseconds, who was fenced or late.")
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rollback at epoch {self.epoch}"
