"""What a search has found before any traffic did."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration_harness.models.bound import Bound


class ExploredDiscrepancy(Bound):
    """A way in which the sides of a seam differ on an input that a search made. No comparison: it enters no ratio.

    Its signature is that of the comparisons which differ so; whether there are any is another question.
    """

    signature = models.CharField(max_length=12, primary_key=True)
    seam = models.CharField(max_length=100)
    verdict = models.CharField(max_length=20)
    group = ArrayField(models.TextField(), db_column="group_by")
    payload = models.JSONField(help_text="Differences with both values, expected value, and the smallest call.")
    apart = models.DecimalField(
        max_digits=30, decimal_places=12, null=True, help_text="By how much the measures differ; null: nobody can say."
    )
    near = models.BigIntegerField(help_text="Recorded calls that come near it.")
    seed = models.BigIntegerField(help_text="Of the search that found it last.")
    revision = models.TextField(help_text="Of the seam, at that search.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="When the sides did not differ in it any more.")

    class Meta:
        indexes = [models.Index(fields=["seam", "closed_at"], name="explored_by_seam")]

    def __str__(self) -> str:
        return f"{self.seam} {self.signature}"
