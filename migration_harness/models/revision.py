"""What the revisions of seams were made of."""

from typing import Any

from django.db import models
from django.db.models.functions import Now

from migration_harness.models.bound import Bound


class Revision(Bound):
    """A revision of a seam that has compared, written once; ``id`` has the order in which they came. Append-only."""

    seam = models.TextField()
    revision = models.TextField()
    parts: Any = models.JSONField(help_text="A digest or a version of each thing, by its kind and name.")
    first_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seam", "revision"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.seam} {self.revision}"
