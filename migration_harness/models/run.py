"""Runs of recorded usage, and what they found."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration_harness.models.bound import Bound


class Run(Bound):
    """Recorded usage that both sides priced again, charging nobody. Append-only, and no live evidence.

    Written whole, with what it found, when it is done: a run that was interrupted leaves nothing.
    """

    name = models.CharField(max_length=100, primary_key=True)
    actor = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    since = models.DateTimeField(help_text="Of the usage.")
    until = models.DateTimeField()
    calls = models.BigIntegerField(help_text="Recorded calls that were compared.")


class RunEvidence(Bound):
    """The comparisons of one run that are alike, as the views of live evidence have them."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    seam = models.CharField(max_length=100)
    revision = models.TextField()
    account_id = models.TextField()
    account_plan = models.TextField()
    group = ArrayField(models.TextField(), db_column="group_by")
    verdict = models.CharField(max_length=20)
    signature = models.CharField(max_length=12, help_text="Empty: a match.")
    comparisons = models.BigIntegerField()
    control_sum = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    candidate_sum = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    one_sided = models.BigIntegerField(help_text="Those with a measure on one side only.")

    class Meta:
        indexes = [models.Index(fields=["run", "signature"], name="run_evidence_by_signature")]


class RunSample(Bound):
    """The full payload of a comparison of a run that was no match; a capped number for each signature."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="samples", db_index=False)
    signature = models.CharField(max_length=12)
    explanation = models.CharField(max_length=100, blank=True)
    payload: Any = models.JSONField()
    account_id = models.TextField()
    operation_id = models.TextField(help_text="Of the call in the past.")
    at = models.DateTimeField(help_text="Of the call in the past.")

    class Meta:
        indexes = [models.Index(fields=["run", "signature"], name="run_sample_by_signature")]
