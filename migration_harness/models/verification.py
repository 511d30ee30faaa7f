"""What people and machines say for a phase: runs of the tests, ticks of its checklist, answers from outside."""

from django.db import models
from django.db.models import Q

from migration_harness.models.bound import Bound


class TestRun(Bound):
    """One run of the full test suite after a phase, on one revision. Rows are only added."""

    __test__ = False

    phase = models.PositiveIntegerField()
    revision = models.CharField(max_length=100)
    dirty = models.BooleanField(help_text="The tree had changes that the revision does not have.")
    tests = models.PositiveIntegerField(help_text="That ran; a skipped one did not.")
    failed = models.PositiveIntegerField(help_text="Failures and errors.")
    exit_code = models.IntegerField(null=True, help_text="Of the suite; null for a report that somebody brought.")
    source = models.CharField(max_length=200, help_text="The command, or the report.")
    actor = models.CharField(max_length=150)
    at = models.DateTimeField(help_text="When it began; for a report, when it says so.")
    seconds = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["phase", "-at"], name="test_run_by_phase")]

    def __str__(self) -> str:
        return f"tests after phase {self.phase} on {self.revision}"


class ChecklistTick(Bound):
    """One item of a phase's checklist that a person has done; unticked where it was taken back."""

    phase = models.PositiveIntegerField()
    item = models.TextField()
    actor = models.CharField(max_length=150)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    unticked_at = models.DateTimeField(null=True)
    unticked_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "item"], condition=Q(unticked_at__isnull=True), name="checklist_item_is_ticked_once"
            ),
        ]

    def __str__(self) -> str:
        return self.item


class ExternalAnswer(Bound):
    """What somebody outside answered for a gate, and until when it holds. Rows are only added; the newest counts."""

    phase = models.PositiveIntegerField()
    gate = models.CharField(max_length=100)
    is_open = models.BooleanField()
    sentence = models.TextField()
    link = models.TextField(blank=True, default="")
    actor = models.CharField(max_length=150)
    token = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="How the token begins that answered."
    )
    at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["phase", "gate", "-id"], name="external_answer_newest")]

    def __str__(self) -> str:
        return f"{self.gate} of phase {self.phase}"
