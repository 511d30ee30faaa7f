"""The comparison log, and what it keeps of the calls that were no match."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration_harness.models.bound import Bound


class Comparison(Bound):
    """One call in which both sides ran. Append-only; partitioned by day (see ``sql/comparisons.sql``)."""

    pk = models.CompositePrimaryKey("at", "id")
    id = models.BigIntegerField()
    at = models.DateTimeField()
    seam = models.TextField()
    flag_epoch = models.BigIntegerField()
    stage = models.TextField()
    account_id = models.TextField()
    account_plan = models.TextField()
    execution_path = models.TextField()
    group = ArrayField(models.TextField(), db_column="group_by")
    verdict = models.TextField()
    signature = models.TextField(null=True)  # A match has none.
    control_measure = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    candidate_measure = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    control_ns = models.BigIntegerField()
    candidate_ns = models.BigIntegerField()
    operation_id = models.TextField()
    request_id = models.TextField()
    run = models.TextField()
    revision = models.TextField(default="", db_default="", help_text="Of candidate, explanations and price list.")

    class Meta:
        db_table = "migration_harness_comparison"


class ComparisonSample(Bound):
    """The full payload of a comparison that was no match; a capped number for each signature."""

    signature = models.CharField(max_length=12)
    seam = models.CharField(max_length=100)
    verdict = models.CharField(max_length=20)
    explanation = models.CharField(max_length=100, blank=True)
    group = ArrayField(models.TextField(), db_column="group_by")
    payload = models.JSONField(help_text="Differences with both values, expected value, and the call.")
    account_id = models.CharField(max_length=64)
    operation_id = models.CharField(max_length=255)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["signature", "-at"], name="sample_by_signature")]
