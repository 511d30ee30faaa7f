"""Configurations and runs in the admin; a run is looked at and started elsewhere."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from igny8_core.business.automation.models import AutomationConfig, AutomationRun, AutomationUnit
from igny8_core.operators.pages import ReadOnlyAdmin, ReadOnlyInline


@admin.register(AutomationConfig)
class AutomationConfigAdmin(ModelAdmin):
    """How and when sites are automated."""

    list_display = ("site", "account", "enabled", "frequency", "hour", "max_articles", "max_images", "updated_at")
    list_filter = ("enabled", "frequency")
    list_select_related = ("site", "account")
    search_fields = ("site__name", "account__name")
    ordering = ("site__name",)
    readonly_fields = ("site", "account", "scheduled_from", "updated_at")
    fieldsets = (
        (None, {"fields": ("site", "account")}),
        ("Schedule", {"fields": ("enabled", "frequency", "hour", "weekday", "day_of_month", "scheduled_from")}),
        ("Rows at a time", {"fields": tuple(f"stage_{stage}_batch_size" for stage in range(1, 7))}),
        ("The most of one run", {"fields": ("max_articles", "max_images", "updated_at")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  Django's signature.
        """A site's row is made by the first question about it."""
        return False

    def save_model(self, request: HttpRequest, obj: AutomationConfig, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature.
        """Save; a schedule that changed holds from now on."""
        obj.hold_from_now(set(form.changed_data))
        super().save_model(request, obj, form, change)


class UnitInline(ReadOnlyInline):
    """What a run is made of, in the order in which it is done."""

    model = AutomationUnit
    fields = ("stage", "operation_id", "status", "attempts", "created", "credits", "error", "finished_at")
    ordering = ("id",)


@admin.register(AutomationRun)
class AutomationRunAdmin(ReadOnlyAdmin):
    """Runs, newest first."""

    list_display = (
        "id", "site", "account", "trigger", "status", "current_stage", "credits_used", "error", "created_at",
        "finished_at",
    )  # fmt: skip
    list_filter = ("status", "trigger")
    list_select_related = ("site", "account")
    search_fields = ("site__name", "account__name", "error")
    ordering = ("-id",)
    inlines = (UnitInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Sum the units' credits along, so that a list costs one query."""
        runs: QuerySet[AutomationRun] = super().get_queryset(request)
        return runs.annotate(charged=Sum("units__credits", default=0))

    @admin.display(description="credits used", ordering="charged")
    def credits_used(self, run: Any) -> int:
        """Return the credits of all operations of the run."""
        credits: int = run.charged  # noqa: A001  The domain's word.
        return credits
