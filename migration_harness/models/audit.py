"""The audit trail."""

from typing import Any

from django.db import models
from django.db.models import Q

from migration_harness.models.bound import Bound


class AuditEvent(Bound):
    """Who changed what, and why. Append-only; each event carries the hash of the one before."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=50)
    subject = models.CharField(max_length=150)
    before: Any = models.JSONField()
    after: Any = models.JSONField()
    reason = models.TextField(blank=True)
    evidence: Any = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.action}: {self.subject}"


class AuditHead(Bound):
    """The hash of the newest audit event (singleton, id=1): a trail that was shortened does not have it."""

    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_singleton")]

    def __str__(self) -> str:
        return self.hash
