"""How far the plan is: phases that were closed, and what somebody did outside of it."""

from django.db import models
from django.db.models import Q

from migration_harness.models.bound import Bound


class PhaseAdvance(Bound):
    """One phase that was closed, which made the next one active; undone where it was opened again."""

    phase = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    reason = models.TextField(blank=True)
    gates = models.JSONField(default=dict, help_text="What each gate answered, by name.")
    refused = models.JSONField(default=list, help_text="Sentences of the gates that were passed closed.")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phase"], condition=Q(undone_at__isnull=True), name="phase_is_closed_once"),
        ]

    def __str__(self) -> str:
        return f"phase {self.phase}"


class OutsidePlan(Bound):
    """A change forward that a superuser made while gates were closed. It ends when the gates admit one."""

    flag = models.CharField(max_length=100)
    epoch = models.BigIntegerField()
    before = models.JSONField(help_text="The flag as it was: behind this the change is undone.")
    refused = models.JSONField(help_text="Why the gates refused it, a sentence each.")
    actor = models.CharField(max_length=150)
    reason = models.TextField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["flag"], condition=Q(ended_at__isnull=True), name="outside_plan_open"),
        ]

    def __str__(self) -> str:
        return f"{self.flag} at epoch {self.epoch}"
