"""Calls of deferred seams that wait for a worker."""

from django.db import models

from migration_harness.models.bound import Bound


class DeferredCall(Bound):
    """A call whose other side has not run yet. Its row goes in the transaction that writes its comparison."""

    at = models.DateTimeField(help_text="When it was made.")
    seam = models.TextField()
    revision = models.TextField(help_text="What its comparison is evidence for.")
    flag_epoch = models.BigIntegerField()
    stage = models.TextField()
    execution_path = models.TextField()
    request_id = models.TextField()
    run = models.TextField()
    answer_ns = models.BigIntegerField(help_text="How long the side took that answered.")
    changed = models.TextField(help_text="The argument that this side has changed.")
    call = models.TextField(help_text="What was passed.")
    answer = models.TextField(help_text="What the side returned or raised.")
    claim = models.UUIDField(null=True, help_text="Of the worker that runs the other side.")
    claimed_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0, db_default=0, help_text="How often a worker began.")

    class Meta:
        indexes = [models.Index(fields=["seam", "revision", "id"], name="deferred_by_seam")]

    def __str__(self) -> str:
        return f"{self.seam} {self.pk}"
