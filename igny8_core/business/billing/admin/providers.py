"""Providers and their keys, which are entered and never shown."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from igny8_core.business.billing.admin.undone import OfPhaseOne
from igny8_core.business.billing.exceptions import AddressRefused
from igny8_core.business.billing.keys.addressing import change_address
from igny8_core.business.billing.keys.saving import save_provider_key, save_provider_secret
from igny8_core.business.billing.keys.typed import as_key
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.business.billing.provider_addresses import refuse_address
from igny8_core.operators.json_fields import BoundedJson
from igny8_core.operators.pages import Undeletable, actor_of, link_to_trail
from igny8_core.operators.secrets import SecretsAdmin, SecretsForm, entered, secrets_form, state_of
from migration_harness.api import Secret

SECRETS = {"api_key": "the API key", "api_secret": "the API secret", "webhook_secret": "the webhook secret"}


class _Form(SecretsForm):
    """The page of a provider."""

    def clean_base_url(self) -> str:
        """Refuse an address that no key may be sent to; one that is there already is told when it is used."""
        address: str = self.cleaned_data["base_url"]
        if "base_url" in self.changed_data:
            try:
                refuse_address(address)
            except AddressRefused as error:
                raise ValidationError(str(error)) from None
        return address


def _accept(name: str, text: str) -> Secret:
    return as_key(text, of=SECRETS[name].removeprefix("the "))


@admin.register(IntegrationProvider)
class IntegrationProviderAdmin(OfPhaseOne, Undeletable, BoundedJson, SecretsAdmin):
    """One row for each provider."""

    form = secrets_form(model=IntegrationProvider, secrets=SECRETS, accept=_accept, base=_Form)
    secrets = SECRETS
    list_display = (
        "provider_id",
        "display_name",
        "provider_type",
        "is_active",
        "api_key_state",
        "updated_at",
        "updated_by",
    )
    list_filter = ("provider_type", "is_active")
    list_select_related = ("updated_by",)
    search_fields = ("provider_id", "display_name")
    ordering = ("provider_id",)
    readonly_fields = (
        "api_key_state", "api_secret_state", "webhook_secret_state", "updated_at", "updated_by", "created_at", "trail",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("provider_id", "display_name", "provider_type", "is_active", "is_sandbox")}),
        ("API key", {"fields": ("api_key_state", "enter_api_key", "clear_api_key")}),
        ("API secret", {"fields": ("api_secret_state", "enter_api_secret", "clear_api_secret")}),
        ("Webhook secret", {"fields": ("webhook_secret_state", "enter_webhook_secret", "clear_webhook_secret")}),
        ("Address", {"fields": ("base_url", "config")}),
        ("Last change", {"fields": ("updated_at", "updated_by", "created_at", "trail")}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """An address without a scheme is meant to be safe."""
        if db_field.name == "base_url":
            options["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **options)

    def get_readonly_fields(self, request: HttpRequest, obj: IntegrationProvider | None = None) -> Any:  # noqa: ARG002  Django's signature.
        """The id names the provider everywhere, so it stays."""
        return (*self.readonly_fields, "provider_id") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: IntegrationProvider, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature.
        """Save the row, then what was entered: a key goes where the flag of the keys says.

        Where the address is another one the keys are removed first: who does not have them cannot send them anywhere.
        So they are where a row is added: the settings row may have a key for it.
        """
        actor = actor_of(request)
        obj.updated_by = request.user  # type: ignore[assignment]  # An operator: whoever is in the admin is a user.
        address, moves = obj.base_url, "base_url" in form.changed_data
        if moves:
            obj.base_url = form.initial.get("base_url", "")
        super().save_model(request, obj, form, change)
        if moves:
            if change_address(provider=obj.pk, base_url=address, actor=actor):
                told = "The address is another one, so the keys were removed. Enter those of its owner."
                messages.warning(request, told)
            obj.base_url = address
        for name in SECRETS:
            if (secret := entered(form, name)) is None:
                continue
            if name == "api_key":
                save_provider_key(provider=obj.pk, api_key=secret, actor=actor)
            else:
                save_provider_secret(provider=obj.pk, field=name, secret=secret, actor=actor)

    @admin.display(description="API key")
    def api_key_state(self, row: IntegrationProvider) -> str:
        """Return whether there is a key, and its fingerprint."""
        return state_of(row, "api_key")

    @admin.display(description="API secret")
    def api_secret_state(self, row: IntegrationProvider) -> str:
        """Return whether there is a secret, and its fingerprint."""
        return state_of(row, "api_secret")

    @admin.display(description="Webhook secret")
    def webhook_secret_state(self, row: IntegrationProvider) -> str:
        """Return whether there is a secret, and its fingerprint."""
        return state_of(row, "webhook_secret")

    @admin.display(description="Who changed a key")
    def trail(self, row: IntegrationProvider) -> str:
        """Return the way to the audit trail."""
        return link_to_trail(f"key of {row.pk}")
