"""A run of the automation, and the units of work that it is made of."""

from django.db import models
from django.db.models import Q

from igny8_core.auth.models import Account, Site


class Trigger(models.TextChoices):
    """Who started a run."""

    RUN_NOW = "run_now"
    """A person."""
    SCHEDULED = "scheduled"
    """The clock."""


class RunStatus(models.TextChoices):
    """How a run is."""

    PENDING = "pending"
    """No worker has begun."""
    RUNNING = "running"
    """A worker is at it, or is to go on with it."""
    PAUSED = "paused"
    """Waits for a person: somebody paused it, or the credits ran out."""
    CANCELLED = "cancelled"
    """A person ended it."""
    COMPLETED = "completed"
    """All stages were gone through."""
    FAILED = "failed"
    """It could not start, or too much of it failed."""


WORKABLE = (RunStatus.PENDING, RunStatus.RUNNING)
"""A worker may work on these."""
ACTIVE = (*WORKABLE, RunStatus.PAUSED)
"""A site has at most one of these."""


class AutomationRun(models.Model):
    """One way through the stages. It can be taken up again at any point: its units say what is done."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="automation_runs")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="automation_runs")
    trigger = models.CharField(max_length=10, choices=Trigger)
    scheduled_for = models.DateTimeField(null=True, blank=True, help_text="The hour that the schedule named.")
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.PENDING)
    current_stage = models.PositiveSmallIntegerField(default=1, help_text="1 to 7.")
    estimated_credits = models.PositiveIntegerField(default=0, help_text="Before the start, with the margin.")
    failures_in_a_row = models.PositiveSmallIntegerField(default=0, help_text="Units that failed since one was done.")
    error = models.TextField(blank=True, default="", help_text="Why it paused or failed, or the last unit that did.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When a worker first took it.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=Q(status__in=ACTIVE), name="one_active_automation_run_per_site"
            ),
            # Whoever asks twice for the same hour gets one run, even when the first is over already.
            models.UniqueConstraint(fields=["site", "scheduled_for"], name="one_automation_run_per_scheduled_hour"),
            models.CheckConstraint(
                condition=Q(current_stage__gte=1, current_stage__lte=7), name="automation_run_stage_exists"
            ),
            models.CheckConstraint(
                condition=Q(trigger="scheduled", scheduled_for__isnull=False)
                | Q(trigger="run_now", scheduled_for=None),
                name="automation_run_of_the_clock_has_its_hour",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ACTIVE, finished_at=None)
                | (~Q(status__in=ACTIVE) & Q(finished_at__isnull=False)),
                name="automation_run_over_when_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.site}"

    @property
    def is_active(self) -> bool:
        """Tell whether the run still keeps others of its site from starting."""
        return self.status in ACTIVE


class AutomationUnit(models.Model):
    """What a run does at once: one call of an AI operation, or one local change.

    It is planned before it is done, with the rows it takes and the id of its operation. So a run that was
    killed does exactly the same again, and an operation that was charged is not charged again.
    """

    class Status(models.TextChoices):
        """How a unit is."""

        PLANNED = "planned"
        """To be done, or begun and perhaps done: doing it again is safe."""
        DONE = "done"
        """Done; it is never done again."""
        FAILED = "failed"
        """It went wrong; the run goes on without it, and a later run takes its rows again."""

    run = models.ForeignKey(AutomationRun, on_delete=models.CASCADE, related_name="units")
    stage = models.PositiveSmallIntegerField()
    rows = models.JSONField(help_text="Primary keys of what the unit takes.")
    operation_id = models.CharField(max_length=255, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often a worker began it.")
    credits = models.PositiveIntegerField(default=0, help_text="What its operation was charged.")
    created = models.PositiveIntegerField(default=0, help_text="Rows that it made, or handed over.")
    error = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "stage", "status"], name="automation_unit_by_stage")]

    def __str__(self) -> str:
        return self.operation_id
