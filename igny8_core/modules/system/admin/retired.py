"""The page on which a person decides what retired choices become."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from igny8_core.business.billing.served_models import served_models
from igny8_core.modules.system.exceptions import MappingRefused
from igny8_core.modules.system.retired_choices import FIELDS, RetiredModel, Where, retired_models
from igny8_core.modules.system.retired_mapping import MAP_CHOICES, map_retired
from igny8_core.operators.pages import actor_of
from migration_harness.api import NotAllowed, of_user, require

LOOK: Final = "migration_harness.look"
SHOWN: Final = 50
"""Accounts that are named for each model; the rest is counted."""


class MappingForm(forms.Form):
    """What one retired model becomes, and why."""

    # As it is stored, blanks and all: else nobody could map such a choice.
    retired = forms.CharField(widget=forms.HiddenInput, strip=False)
    where = forms.ChoiceField(choices=[(each.value, each.value) for each in Where], widget=forms.HiddenInput)
    to = forms.CharField(label="becomes")
    reason = forms.CharField(
        label="because", widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Reason, for the audit trail"})
    )


class RetiredChoicesPage(UnfoldModelAdminViewMixin, TemplateView):
    """Lists the stored choices that have no active, priced row, by model; one form each maps them."""

    title = "Retired choices"
    permission_required = ("system.view_integrationsettings",)
    template_name = "system/retired_choices.html"

    def has_permission(self) -> bool:
        """Tell whether somebody may look: also whoever looks at the migration, whose gate leads here."""
        return super().has_permission() or self.request.user.has_perm(LOOK)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Give each retired model its choices and its form."""
        may_map = of_user(self.request.user).may(MAP_CHOICES)
        groups = [
            {
                "retired": each,
                "shown": each.choices[:SHOWN],
                "hidden": max(0, len(each.choices) - SHOWN),
                "form": _form(each) if may_map else None,
            }
            for each in retired_models()
        ]
        context.pop("model_admin", None)  # Of the address as well as of the view.
        found: dict[str, Any] = super().get_context_data(**context, groups=groups)
        return found

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Map one model, say what came of it, and show the page again."""
        try:
            require(of_user(request.user), MAP_CHOICES)
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from None
        form = MappingForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Say what the choices become, and why.")
            return redirect("admin:system_retired_choices")
        wanted = form.cleaned_data
        try:
            mapped = map_retired(
                retired=wanted["retired"],
                to=wanted["to"],
                actor=actor_of(request),
                reason=wanted["reason"],
                where=[Where(wanted["where"])],
            )
        except MappingRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(mapped))
        return redirect("admin:system_retired_choices")


def _form(retired: RetiredModel) -> MappingForm:
    """Offer the models of the type, and of the provider where one is asked."""
    models = served_models(retired.model_type)
    fields = {choice.field for choice in retired.choices}
    if providers := {field.provider for field in FIELDS if field.name in fields and field.provider}:
        models = models.filter(provider__in=providers)
    form = MappingForm(initial={"retired": retired.model, "where": retired.where.value}, auto_id=False)
    offered = [(row.model_name, f"{row.model_name} · {row.display_name}") for row in models]
    form.fields["to"].widget = UnfoldAdminSelectWidget(choices=[("", "Choose a model"), *offered])
    return form
