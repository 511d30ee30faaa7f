"""Models and their prices, with the history of both."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from igny8_core.business.billing.admin.undone import OfPhaseOne
from igny8_core.business.billing.models import AIModelConfig, AIModelPriceChange
from igny8_core.business.billing.services.model_service import KEPT, save_model
from igny8_core.business.billing.signed_prices import FILE
from igny8_core.operators.json_fields import BoundedJson
from igny8_core.operators.pages import ReadOnlyInline, Undeletable, actor_of


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]  # Generic for the checker only.
    """A model, and why it is changed."""

    make_default = forms.BooleanField(
        label="Make it the default of its type",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Takes the default from the model that has it: each type has exactly one.",
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Needed where a price, the default or the activity changes; it goes into the history.",
    )

    class Meta:
        model = AIModelConfig
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        """Ask for a reason before anything is saved."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kept = [name for name in self.changed_data if name in (*KEPT, "make_default")]
        if kept and not cleaned.get("reason", "").strip():
            self.add_error("reason", f"Say why: {', '.join(kept)} will be kept in the history.")
        return cleaned

    def _post_clean(self) -> None:
        """Judge the model as it will be saved: one that becomes the default must be fit for it."""
        super()._post_clean()  # type: ignore[misc]  # Django's hook; the stubs leave it out.
        if self.cleaned_data.get("make_default") and not self.errors:
            if not self.instance.is_active:
                self.add_error("make_default", ValidationError("Only an active model can be the default."))
            elif self.instance.price is None:
                self.add_error("make_default", ValidationError("Only a model with a price can be the default."))


class PriceChangeInline(ReadOnlyInline):
    """The history of a model's prices."""

    model = AIModelPriceChange
    fields = ("at", "field", "before", "after", "actor", "reason")
    verbose_name_plural = "price changes, newest first"


@admin.register(AIModelConfig)
class AIModelConfigAdmin(OfPhaseOne, Undeletable, BoundedJson, ModelAdmin):
    """The models, as the new side prices them."""

    form = ModelForm
    list_display = (
        "model_name", "model_type", "provider", "is_active", "is_default", "tokens_per_credit", "credits_per_image",
        "quality_tier",
    )  # fmt: skip
    list_filter = ("model_type", "provider", "is_active")
    search_fields = ("model_name", "display_name")
    ordering = ("model_type", "sort_order", "model_name")
    readonly_fields = ("is_default", "created_at", "updated_at", "updated_by")
    inlines = (PriceChangeInline,)
    fieldsets = (
        (None, {"fields": ("model_name", "display_name", "model_type", "provider", "is_active", "sort_order")}),
        (
            "Price to customers",
            {
                "fields": ("tokens_per_credit", "credits_per_image", "quality_tier"),
                "description": f"While the migration runs, only what the signed price list says: {FILE}.",
            },
        ),
        ("Price of the provider", {"fields": ("input_cost_per_1m", "output_cost_per_1m", "cost_per_image")}),
        ("Default", {"fields": ("is_default", "make_default")}),
        ("Why", {"fields": ("reason",)}),
        (
            "Abilities",
            {
                "fields": (
                    "context_window", "max_output_tokens", "takes_temperature", "supports_json_mode", "supports_vision",
                    "supports_function_calling", "valid_sizes", "square_size", "landscape_size",
                ),
            },
        ),
        ("Last change", {"fields": ("updated_at", "updated_by", "created_at")}),
    )  # fmt: skip

    def get_inlines(self, request: HttpRequest, obj: AIModelConfig | None) -> Any:  # noqa: ARG002  Django's signature.
        """Show no history of a model that is not there yet."""
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: AIModelConfig, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001  Django's signature.
        """Save through the service, which keeps the history."""
        save_model(
            model=obj,
            actor=actor_of(request),
            reason=form.cleaned_data["reason"],
            make_default=form.cleaned_data["make_default"],
        )
