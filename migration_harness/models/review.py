"""What people say about a discrepancy."""

from django.db import models

from migration_harness.models.bound import Bound


class DiscrepancyReview(Bound):
    """What a person decided about a discrepancy. One that nobody looked at has no row: it is open."""

    class State(models.TextChoices):
        """Where the review stands; ``reopened`` follows from a comparison after the fix."""

        OPEN = "open"
        ACKNOWLEDGED = "acknowledged"
        FIXED = "fixed"
        REOPENED = "reopened"

    signature = models.CharField(max_length=12, primary_key=True)
    state = models.CharField(max_length=20, choices=State)
    reason = models.TextField()
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()
    seen = models.BigIntegerField(null=True, help_text="Comparisons of this signature when it was reviewed.")
    seen_last_at = models.DateTimeField(null=True, help_text="When the last of them was, by its process's clock.")


class DiscrepancyNote(Bound):
    """What a person wrote about a discrepancy. Append-only."""

    signature = models.CharField(max_length=12, db_index=True)
    text = models.TextField()
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.signature}: {self.text}"


class DiscrepancyAssignment(Bound):
    """Who is on a discrepancy, by whom and since when. Without a row nobody is; who was is on the audit trail."""

    signature = models.CharField(max_length=12, primary_key=True)
    assignee = models.CharField(max_length=150)
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.signature}: {self.assignee}"
