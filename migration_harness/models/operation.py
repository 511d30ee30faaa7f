"""Operations that were recorded, and the rows of those that run now."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from migration_harness.models.bound import Bound


class CapturedRow(Bound):
    """A row as a recorded operation found and left it, until the operation ends (see ``sql/operations.sql``)."""

    recording = models.UUIDField(db_index=True)
    relation = models.TextField()
    change = models.TextField()
    at = models.DateTimeField(db_default=Now())
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)


class RecordedOperation(Bound):
    """What one operation was given, what it did, and which laws it broke."""

    recording = models.UUIDField(unique=True)
    kind = models.CharField(max_length=100)
    operation_id = models.CharField(max_length=255, blank=True)
    account_id = models.TextField(blank=True, help_text="Empty: nobody's.")
    execution_path = models.CharField(max_length=20)
    revision = models.TextField(blank=True, help_text="Of the code that ran.")
    request_id = models.TextField(blank=True)
    run = models.TextField(blank=True, help_text="Of a replay; empty for the work of customers.")
    at = models.DateTimeField(help_text="When it began.")
    duration_ms = models.FloatField()
    inputs = models.JSONField()
    outcome = models.JSONField(null=True)
    error = models.CharField(max_length=200, blank=True, help_text="The class of what it raised.")
    rows = models.JSONField(help_text="Rows that it changed, in order.")
    steps = models.JSONField(help_text="What it sent, stored, published and noted, in order.")
    world = models.JSONField(null=True, help_text="Rows of its own that it reads; none: it cannot be run elsewhere.")
    missing = ArrayField(models.TextField(), default=list, help_text="What is not in it, in sentences.")
    held = ArrayField(models.TextField(), default=list, help_text="Laws that it obeys.")
    broken = ArrayField(models.TextField(), default=list, help_text="Laws that it breaks.")
    unsaid = ArrayField(models.TextField(), default=list, help_text="Laws of which it does not tell.")
    stages = models.JSONField(null=True, help_text="What each flag said for the account; none: nobody knows.")
    shadow = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="What came of running it again on both sides; empty: it was not to be.",
    )
    # The states are those of migration_harness.operations.shadowing.
    shadow_why = models.TextField(blank=True, default="", db_default="")
    shadow_signature = models.CharField(max_length=12, blank=True, default="", db_default="")
    shadow_ms = models.FloatField(null=True, help_text="How long its transaction was open.")
    shadowed_at = models.DateTimeField(null=True)
    beside = models.JSONField(null=True, help_text="The effects of both runs, where they differ.")

    class Meta:
        indexes = [
            models.Index(fields=["kind", "-at"], name="operation_by_kind"),
            models.Index(fields=["-at"], name="operation_by_time"),
            models.Index(fields=["at"], name="operation_to_shadow", condition=models.Q(shadow="due")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.operation_id}".rstrip()
