"""Optimizations of contents."""

from django.db import models

from igny8_core.auth.models import Account, Site
from igny8_core.modules.writer.models import Content


class OptimizationTask(models.Model):
    """A content before and after, with the scores of both. The content changes only when it is applied."""

    class Status(models.TextChoices):
        """Whether the content has it."""

        PROPOSED = "proposed"
        """A person is to look at it."""
        APPLIED = "applied"
        """The content is as it says."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="optimizations")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="optimizations")
    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="optimizations")
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    html_before = models.TextField()
    html_after = models.TextField()
    meta_title_before = models.CharField(max_length=255, blank=True)
    meta_title_after = models.CharField(max_length=255, blank=True)
    meta_description_before = models.CharField(max_length=500, blank=True)
    meta_description_after = models.CharField(max_length=500, blank=True)
    scores_before = models.JSONField(help_text="Each from 0 to 100; see igny8_core.business.optimizer.scores.")
    scores_after = models.JSONField(help_text="Each from 0 to 100.")
    model_name = models.CharField(max_length=100)
    operation_id = models.CharField(max_length=255, unique=True, help_text="The operation that was charged for it.")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="proposed", applied_at=None)
                | models.Q(status="applied", applied_at__isnull=False),
                name="optimization_applied_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_id}: {self.status}"
