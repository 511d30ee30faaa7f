"""Optimizations in the admin, to look at."""

from django.contrib import admin

from igny8_core.business.optimizer.models import OptimizationTask
from igny8_core.operators.pages import ReadOnlyAdmin


@admin.register(OptimizationTask)
class OptimizationTaskAdmin(ReadOnlyAdmin):
    """Better versions of contents; the content's own customer accepts them."""

    list_display = ("content", "status", "before", "after", "model_name", "site", "account", "created_at")
    list_filter = ("status", "model_name", "created_at")
    list_select_related = ("content", "site", "account")
    search_fields = ("content__title", "operation_id", "account__name")
    ordering = ("-id",)

    @admin.display(description="score before")
    def before(self, task: OptimizationTask) -> int:
        """Return the total score of the content as it was."""
        total: int = task.scores_before["total"]
        return total

    @admin.display(description="score after")
    def after(self, task: OptimizationTask) -> int:
        """Return the total score of the proposed version."""
        total: int = task.scores_after["total"]
        return total
