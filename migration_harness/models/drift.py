"""Two stores that may differ, by key."""

from django.db import models
from django.db.models import Q

from migration_harness.deciding.stages import Side
from migration_harness.models.bound import Bound


class Drift(Bound):
    """A write that has reached the authoritative store and may not have reached the other one.

    Written with the authoritative write, deleted with the other: see :mod:`migration_harness.stores.drift`.
    """

    seam = models.TextField()
    key = models.TextField(help_text="What was written, as the stores name it.")
    account_id = models.TextField(help_text="Empty: of no account.")
    authoritative = models.TextField(choices=[(side.value, side.value) for side in Side])
    stage = models.TextField()
    epoch = models.BigIntegerField()
    at = models.DateTimeField()
    version = models.BigIntegerField(default=1, help_text="Writes of this key since the stores were last equal.")
    attempts = models.IntegerField(default=0, help_text="How often the other store could not be brought up to date.")
    last_error = models.TextField(default="", help_text="The class of the last error; its text may hold anything.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seam", "key"], name="one_drift_per_key"),
            models.CheckConstraint(condition=Q(authoritative__in=list(Side)), name="drift_is_from_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.seam}: {self.key}"
