"""Rollouts: what was planned, how far each is, and how it ended."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from migration_harness.models.bound import Bound

OPEN = ("running", "paused")


class Rollout(Bound):
    """One rollout of a flag. ``version`` is raised by every write, so that nobody writes on what they have not seen."""

    class State(models.TextChoices):
        """Where it stands. The first two are open: a flag has one such rollout at most."""

        RUNNING = "running"
        PAUSED = "paused"
        FINISHED = "finished"
        STOPPED = "stopped"
        ROLLED_BACK = "rolled_back"
        ABORTED = "aborted"

    flag = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    version = models.BigIntegerField(default=0)
    position = models.PositiveSmallIntegerField(
        null=True, help_text="Of the step that is taken; null before the first."
    )
    epoch = models.BigIntegerField(help_text="Of the flag, as this rollout saw or made it last.")
    dry = ArrayField(models.CharField(max_length=100), default=list, help_text="Guards that never decide.")
    loss_credits = models.BigIntegerField(null=True, help_text="The most that it may cost customers.")
    loss_usd = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    started_by = models.CharField(max_length=150)
    started_user = models.CharField(max_length=100, blank=True, help_text="Empty: a user of a machine.")
    started_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    looked_at = models.DateTimeField(null=True, help_text="The last look at it.")
    clean_at = models.DateTimeField(null=True, help_text="The last look, where every guard held then.")
    held = models.CharField(max_length=20, blank=True, default="", help_text="Why it held then, in a word.")
    sentence = models.TextField(blank=True, default="", help_text="The same for people.")
    told = models.CharField(max_length=20, blank=True, default="", help_text="Of which of that somebody was told last.")
    readings = models.JSONField(default=list, help_text="What each guard answered then.")
    retry_at = models.DateTimeField(null=True, help_text="A step that was refused is tried again then.")
    approval = models.BigIntegerField(null=True, help_text="The number of what another person was asked for last.")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")
    proof = models.JSONField(null=True, help_text="Who obeyed the rollback that ended it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flag"], condition=Q(state__in=OPEN), name="rollout_open_once"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None) | ~Q(state__in=OPEN) & Q(ended_at__isnull=False),
                name="rollout_has_ended_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(loss_credits=None) | Q(loss_credits__gte=0), name="rollout_loses_nothing_below_zero"
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.state in OPEN

    @property
    def name(self) -> str:
        """How people and the trail call it: ``rollout 3``."""
        return f"rollout {self.pk}"

    def write(self, **columns: Any) -> bool:
        """Write these columns, unless somebody has written since this row was read; tells whether they were."""
        seen = Rollout.objects.filter(pk=self.pk, version=self.version)
        return bool(seen.update(version=F("version") + 1, **columns))


class RolloutStep(Bound):
    """One step of a rollout, and what came of it."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    share_bps = models.PositiveIntegerField(help_text="In basis points.")
    soak_seconds = models.PositiveIntegerField()
    sample = models.PositiveIntegerField(help_text="Comparisons that it needs.")
    by_two = models.BooleanField(default=False, help_text="Another person has to approve before it is taken.")
    taken_bps = models.PositiveIntegerField(null=True, help_text="The share that it was taken with.")
    epoch = models.BigIntegerField(null=True, help_text="Of the flag, when it was taken last.")
    began_at = models.DateTimeField(null=True, help_text="When it was taken; of a proven one, the first time.")
    soaked_seconds = models.FloatField(default=0.0, help_text="How long it was watched.")
    proven_at = models.DateTimeField(null=True, help_text="It had all that it needs.")

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["rollout", "position"], name="rollout_step_once"),
            models.CheckConstraint(
                condition=Q(share_bps__gte=1, share_bps__lte=10_000), name="rollout_step_is_a_share"
            ),
            models.CheckConstraint(condition=Q(soak_seconds__gte=1), name="rollout_step_soaks"),
            models.CheckConstraint(
                condition=Q(taken_bps=None) | Q(taken_bps__lte=F("share_bps")), name="rollout_step_is_no_larger"
            ),
            models.CheckConstraint(
                condition=Q(proven_at=None) | Q(taken_bps__isnull=False), name="rollout_step_is_proven_when_taken"
            ),
        ]
