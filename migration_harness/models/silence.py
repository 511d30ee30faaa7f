"""What is called, counted by minutes of work: by it something that fell silent is known."""

from django.db import models
from django.db.models import Q

from migration_harness.models.bound import Bound


class WorkClock(Bound):
    """How many minutes of work there were (singleton, id=1), and the last minute that was looked at."""

    tick = models.BigIntegerField()
    minute = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="work_clock_singleton")]


class Calling(Bound):
    """The calls of a seam, or of one expected stratum of them.

    What is remembered is told by :class:`~migration_harness.evidence.silence.Calls`.
    """

    seam = models.TextField()
    execution_path = models.TextField(blank=True, help_text="Empty, as the two below: the whole seam.")
    operation = models.TextField(blank=True)
    model = models.TextField(blank=True)
    called = models.BigIntegerField()
    first_tick = models.BigIntegerField()
    last_tick = models.BigIntegerField()
    last_at = models.DateTimeField()
    longest = models.BigIntegerField()
    epoch = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seam", "execution_path", "operation", "model"], name="calling_once")
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.seam, self.execution_path, self.operation, self.model)))
