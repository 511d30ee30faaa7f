"""The legacy store of the providers' keys: the settings row, in clear.

It has a place for two providers. The keys of the others are kept in their own rows on both sides.
"""

from collections.abc import Iterable
from typing import Final

from igny8_core.business.billing.exceptions import TwoOpenAIKeys
from igny8_core.business.billing.keys.store import ProviderRows
from igny8_core.business.billing.keys.store import store_key as store_in_its_row
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.api import Secret, tombstone

FIELDS: Final = {"openai": "openai_api_key", "runware": "runware_api_key"}
"""The field of the settings row that holds a provider's key."""

IMAGE_FIELD: Final = "dalle_api_key"
"""OpenAI's images may have a key of their own here."""


@tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
def store_key(*, provider: str, key: Secret, actor: str) -> Secret | None:
    """Keep the key of a provider; an empty one removes it. Returns the key that it replaces.

    OpenAI's key for images moves along where it was the same; one of its own stays what it is.
    Raises UnknownProvider for one that neither the settings row nor a row of its own knows.
    """
    if provider not in FIELDS:
        return store_in_its_row(provider=provider, key=key, actor=actor)
    return _write(FIELDS[provider], key)


@tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
def forget(provider: str) -> dict[str, Secret]:
    """Remove the keys of a provider that the settings row holds. Returns them by their fields."""
    if provider not in FIELDS:
        return {}
    row = settings_row(for_update=True)
    fields = [FIELDS[provider], *([IMAGE_FIELD] if provider == "openai" else [])]
    removed = {field: Secret(getattr(row, field)) for field in fields}
    for field in fields:
        setattr(row, field, "")
    row.save(update_fields=fields)
    return removed


def _write(field: str, key: Secret) -> Secret:
    row = settings_row(for_update=True)
    before = getattr(row, field)
    fields = [field]
    if field == FIELDS["openai"] and before and row.dalle_api_key == before:
        fields.append(IMAGE_FIELD)
    for each in fields:
        setattr(row, each, key.reveal())
    row.save(update_fields=fields)
    return Secret(before)


@tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
def settings_row(*, for_update: bool = False) -> GlobalIntegrationSettings:
    """Return the one row of settings; one without keys where it is missing. ``for_update`` creates and locks it."""
    rows = GlobalIntegrationSettings.objects
    if for_update:
        rows.get_or_create(pk=1)
        return rows.select_for_update().get(pk=1)
    return rows.filter(pk=1).first() or GlobalIntegrationSettings()


class SettingsRow:
    """The settings row as keys by provider id; the other providers' rows as they are."""

    def __init__(self) -> None:
        self._others = ProviderRows()

    @tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
    def keys(self) -> Iterable[str]:
        """Return every provider that has a key."""
        row = settings_row()
        has_key = {"openai": row.openai_api_key or row.dalle_api_key, "runware": row.runware_api_key}
        here = [provider for provider, key in has_key.items() if key]
        return sorted([*here, *(other for other in self._others.keys() if other not in FIELDS)])  # noqa: SIM118  No mapping.

    @tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
    def read(self, key: str) -> Secret | None:
        """Return the key of a provider. Raises TwoOpenAIKeys where text and images have different ones."""
        if key not in FIELDS:
            return self._others.read(key)
        row = settings_row()
        found = openai_key(row) if key == "openai" else Secret(getattr(row, FIELDS[key]))
        return found or None

    @tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
    def write(self, key: str, value: Secret | None) -> None:
        """Keep the key of a provider."""
        if key in FIELDS:
            _write(FIELDS[key], value or Secret(""))
        else:
            self._others.write(key, value)

    @tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
    def fingerprint(self, value: Secret) -> str:
        """Return the keyed digest of a key."""
        return self._others.fingerprint(value)


@tombstone(owner="platform", since="2026-11-30", reason="Keys in the settings row, in clear.")
def openai_key(row: GlobalIntegrationSettings) -> Secret:
    """Return the one key that serves OpenAI's text and images; empty where there is none. Raises TwoOpenAIKeys."""
    text, images = row.openai_api_key, row.dalle_api_key
    if text and images and text != images:
        raise TwoOpenAIKeys(
            f"The global integration settings have two different OpenAI keys: openai_api_key "
            f"({Secret(text)}) for text, dalle_api_key ({Secret(images)}) for images. The new side has one. Clear "
            "dalle_api_key, so that images use openai_api_key as well; or save its key as openai_api_key first."
        )
    return Secret(text or images)
