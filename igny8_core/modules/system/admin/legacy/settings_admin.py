"""The settings row with what is legacy of it: keys, which are entered and never shown, and choices of models."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from igny8_core.business.billing.keys.legacy.saving import LONE_FIELDS, refuse_second, save_settings_key
from igny8_core.business.billing.keys.legacy.store import FIELDS, IMAGE_FIELD
from igny8_core.business.billing.keys.saving import save_provider_key
from igny8_core.business.billing.keys.typed import as_key
from igny8_core.modules.system.admin.global_settings import GlobalIntegrationSettingsAdmin
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.operators.pages import actor_of, link_to_trail
from igny8_core.operators.secrets import SecretsAdmin, SecretsForm, entered, secrets_form, state_of
from migration_harness.api import Secret, tombstone

SECRETS = {
    "openai_api_key": "the OpenAI key",
    "dalle_api_key": "the OpenAI key for images",
    "runware_api_key": "the Runware key",
    "anthropic_api_key": "the Anthropic key",
    "bria_api_key": "the Bria key",
}
TITLES = {name: label[4].upper() + label[5:] for name, label in SECRETS.items()}
CHOICES = ("openai_model", "dalle_model", "runware_model")


def _accept(name: str, text: str) -> Secret:
    key = as_key(text, of=SECRETS[name].removeprefix("the "))
    if name == IMAGE_FIELD:
        refuse_second(key)
    return key


class SettingsForm(SecretsForm):
    """Keeps a stored choice of a model that is no longer offered: it is mapped with a reason, not by the way."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in CHOICES:
            stored, field = getattr(self.instance, name), self.fields.get(name)
            if field is not None and stored not in dict(field.choices):  # type: ignore[attr-defined]
                field.choices = [*field.choices, (stored, f"{stored} (stored)")]  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        """Judge no choice that was not touched: what is stored may be none of the legacy choices any more."""
        unchanged = {name for name in CHOICES if name not in self.changed_data}
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # The stubs leave it out.
        return found | unchanged


class LegacySettingsAdmin(SecretsAdmin, GlobalIntegrationSettingsAdmin):
    """What stays of the row, and what goes."""

    form = secrets_form(model=GlobalIntegrationSettings, secrets=SECRETS, accept=_accept, base=SettingsForm)
    secrets = SECRETS
    readonly_fields = (*(f"{name}_state" for name in SECRETS), "trail")
    fieldsets = (
        ("Models", {"fields": ("default_text_provider", "openai_model", "default_image_service", *CHOICES[1:])}),
        *GlobalIntegrationSettingsAdmin.fieldsets,
        *(
            (TITLES[name], {"fields": (f"{name}_state", f"enter_{name}", f"clear_{name}")}) for name in SECRETS
        ),
        ("Changes", {"fields": ("trail",)}),
    )  # fmt: skip

    @tombstone(owner="platform", since="2026-11-30", reason="Keys and choices in the form of the settings row.")
    def save_model(self, request: HttpRequest, obj: GlobalIntegrationSettings, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature.
        """Save the row without its keys, then what was entered: a key goes where the flag of the keys says."""
        super().save_model(request, obj, form, change)
        actor, provider_of = actor_of(request), {field: provider for provider, field in FIELDS.items()}
        for name in SECRETS:
            if (key := entered(form, name)) is None:
                continue
            if name in LONE_FIELDS:
                save_settings_key(field=name, api_key=key, actor=actor)
            else:
                save_provider_key(provider=provider_of[name], api_key=key, actor=actor)

    @tombstone(owner="platform", since="2026-11-30", reason="Keys and choices in the form of the settings row.")
    @admin.display(description="OpenAI key")
    def openai_api_key_state(self, row: GlobalIntegrationSettings) -> str:
        """Return whether there is a key, and its fingerprint."""
        return state_of(row, "openai_api_key")

    @tombstone(owner="platform", since="2026-11-30", reason="Keys and choices in the form of the settings row.")
    @admin.display(description="OpenAI key for images")
    def dalle_api_key_state(self, row: GlobalIntegrationSettings) -> str:
        """Return whether there is a key of its own, and its fingerprint."""
        return state_of(row, "dalle_api_key").replace("not set", "not set: images use the OpenAI key")

    @tombstone(owner="platform", since="2026-11-30", reason="Keys and choices in the form of the settings row.")
    @admin.display(description="Runware key")
    def runware_api_key_state(self, row: GlobalIntegrationSettings) -> str:
        """Return whether there is a key, and its fingerprint."""
        return state_of(row, "runware_api_key")

    @tombstone(owner="platform", since="2026-11-30", reason="Keys and choices in the form of the settings row.")
    @admin.display(description="Anthropic key (nobody uses it)")
    def anthropic_api_key_state(self, row: GlobalIntegrationSettings) -> str:
        """Return whether there is a key, and its fingerprint."""
        return state_of(row, "anthropic_api_key")

    @tombstone(owner="platform", since="2026-11-30", reason="Keys and choices in the form of the settings row.")
    @admin.display(description="Bria key (nobody uses it)")
    def bria_api_key_state(self, row: GlobalIntegrationSettings) -> str:
        """Return whether there is a key, and its fingerprint."""
        return state_of(row, "bria_api_key")

    @tombstone(owner="platform", since="2026-11-30", reason="Keys and choices in the form of the settings row.")
    @admin.display(description="Who changed a key, and when")
    def trail(self, row: GlobalIntegrationSettings) -> str:  # noqa: ARG002  Django's signature.
        """Return the way to the audit trail."""
        return link_to_trail("key of")


admin.site.unregister(GlobalIntegrationSettings)
admin.site.register(GlobalIntegrationSettings, LegacySettingsAdmin)
