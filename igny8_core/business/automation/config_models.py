"""How and when a site is automated."""

from collections.abc import Collection

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from igny8_core.auth.models import Account, Site

BATCH_SIZE_MAX = 200
"""Rows. What a provider is sent at once, and what a run plans at once, has an end."""
FIRST_STAGE, LAST_BATCHED_STAGE = 1, 6
LAST_DAY_OF_EVERY_MONTH = 28
SCHEDULE = frozenset({"enabled", "frequency", "hour", "weekday", "day_of_month"})
"""The fields that say when a run is due."""


def _batch_size(rows: int, *, of: str) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        default=rows,
        validators=[MinValueValidator(1), MaxValueValidator(BATCH_SIZE_MAX)],
        help_text=f"{of} taken at a time, 1 to {BATCH_SIZE_MAX}.",
    )


class AutomationConfig(models.Model):
    """A site's schedule, its batch sizes and the most that one run makes."""

    class Frequency(models.TextChoices):
        """How often a run is started by the clock."""

        DAILY = "daily"
        """Every day at the hour."""
        WEEKLY = "weekly"
        """On the weekday at the hour."""
        MONTHLY = "monthly"
        """On the day of the month at the hour."""

    class Weekday(models.IntegerChoices):
        """Days as Python counts them."""

        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="automation_configs")
    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="automation_config")
    enabled = models.BooleanField(default=False, help_text="Whether the clock starts runs. Run Now works either way.")
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.DAILY)
    hour = models.PositiveSmallIntegerField(
        default=2, validators=[MaxValueValidator(23)], help_text="UTC; the clock looks at five past the hour."
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY, help_text="For weekly.")
    day_of_month = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(LAST_DAY_OF_EVERY_MONTH)],
        help_text="For monthly: 1 to 28, a day that every month has.",
    )
    scheduled_from = models.DateTimeField(
        default=timezone.now, editable=False, help_text="The schedule holds for hours after this moment."
    )
    stage_1_batch_size = _batch_size(50, of="Keywords")
    stage_2_batch_size = _batch_size(5, of="Clusters")
    stage_3_batch_size = _batch_size(20, of="Ideas")
    stage_4_batch_size = _batch_size(5, of="Tasks")
    stage_5_batch_size = _batch_size(5, of="Contents")
    stage_6_batch_size = _batch_size(10, of="Image prompts")
    max_articles = models.PositiveIntegerField(default=10, help_text="The most that one run writes.")
    max_images = models.PositiveIntegerField(default=30, help_text="The most that one run generates.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="automation_hour_of_a_day"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="automation_weekday_of_a_week"),
            models.CheckConstraint(
                condition=Q(day_of_month__gte=1, day_of_month__lte=LAST_DAY_OF_EVERY_MONTH),
                name="automation_day_of_every_month",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(
                        **{f"stage_{stage}_batch_size__gte": 1, f"stage_{stage}_batch_size__lte": BATCH_SIZE_MAX}
                    ),
                    name=f"automation_stage_{stage}_batch_in_bounds",
                )
                for stage in range(FIRST_STAGE, LAST_BATCHED_STAGE + 1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.frequency if self.enabled else 'by hand'}"

    def hold_from_now(self, changed: Collection[str]) -> None:
        """Let a schedule that changed hold from this moment: it makes up for no hour before. The caller saves."""
        if SCHEDULE & set(changed):
            self.scheduled_from = timezone.now()

    def batch_size(self, stage: int) -> int:
        """Return how many rows a stage takes at a time; the last stage, which only hands over, has no size."""
        return getattr(self, f"stage_{stage}_batch_size", BATCH_SIZE_MAX)
