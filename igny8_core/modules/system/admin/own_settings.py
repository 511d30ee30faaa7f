"""What accounts and sites have chosen."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from igny8_core.business.billing.priced_models import ModelType, priced_models
from igny8_core.modules.system.admin.retired import RetiredChoicesPage
from igny8_core.modules.system.models import IntegrationSettings


@admin.register(IntegrationSettings)
class IntegrationSettingsAdmin(ModelAdmin):
    """One row for an account or one of its sites; the list says which choice has no price."""

    list_display = ("account", "site", "text", "image", "temperature", "max_tokens", "updated_at")
    list_select_related = ("account", "site")
    search_fields = ("account__name", "site__name", "text_model", "image_model")
    ordering = ("account__name", "site__name")
    autocomplete_fields = ("account", "site")
    readonly_fields = ("updated_at",)
    list_before_template = "system/retired_note.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Ask along whether the choices have a price, so that a list costs one query."""
        rows: QuerySet[IntegrationSettings] = super().get_queryset(request)
        return rows.annotate(
            text_is_priced=Exists(priced_models(ModelType.TEXT).filter(model_name=OuterRef("text_model"))),
            image_is_priced=Exists(priced_models(ModelType.IMAGE).filter(model_name=OuterRef("image_model"))),
        )

    def get_custom_urls(self) -> Any:
        """Add the page of the choices without a price."""
        return (("retired/", "system_retired_choices", RetiredChoicesPage.as_view(model_admin=self)),)

    @admin.display(description="text model", ordering="text_model")
    def text(self, row: Any) -> str:
        """Return the choice, and whether it has no price."""
        return _told(row.text_model, is_priced=row.text_is_priced)

    @admin.display(description="image model", ordering="image_model")
    def image(self, row: Any) -> str:
        """Return the choice, and whether it has no price."""
        return _told(row.image_model, is_priced=row.image_is_priced)


def _told(model: str, *, is_priced: bool) -> str:
    return f"{model} (no price)" if model and not is_priced else model
