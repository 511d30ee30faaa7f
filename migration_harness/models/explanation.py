"""Explanations that people proposed and approved."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from migration_harness.comparing.scope import Scope
from migration_harness.models.bound import Bound


class StoredExplanation(Bound):
    """A rule that a person proposed from a discrepancy; it explains once another person approved it.

    See :mod:`migration_harness.reviewing.stored_rules` for how it reaches the processes.
    """

    class State(models.TextChoices):
        """Where it stands. Only an approved one explains, until its last day."""

        PROPOSED = "proposed"
        APPROVED = "approved"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"
        REVOKED = "revoked"

    signature = models.CharField(max_length=12, db_index=True, help_text="The discrepancy that it was proposed from.")
    seam = models.CharField(max_length=100)
    paths = ArrayField(models.TextField(), help_text="The paths that may differ.")
    kinds = ArrayField(models.TextField(), help_text="How each of the paths may differ.")
    group = ArrayField(
        models.TextField(), null=True, db_column="group_by", help_text="Words of the calls; empty: any call."
    )
    reason = models.TextField()
    owner = models.CharField(max_length=150)
    expires = models.DateField(help_text="The last day on which it explains anything.")
    covered: Any = models.JSONField(help_text="What it would have covered when it was proposed.")
    state = models.CharField(max_length=20, choices=State, default=State.PROPOSED)
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=150, null=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, null=True, help_text="Who rejected, withdrew or revoked it.")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True, default="")
    version = models.BigIntegerField(default=1, help_text="Raised by every change; the sum tells processes to load.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "revoked"]) | Q(approved_by__isnull=False),
                name="explanation_is_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("proposed_by")),
                name="explanation_is_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How logs and pages call it."""
        return f"explanation {self.pk}"

    @property
    def scope(self) -> Scope:
        """What it covers."""
        group = None if self.group is None else tuple(self.group)
        return Scope(seam=self.seam, fields=frozenset(zip(self.paths, self.kinds, strict=True)), group=group)
