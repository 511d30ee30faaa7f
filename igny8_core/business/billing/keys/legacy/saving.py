"""The keys that the settings row alone has a place for: OpenAI's own one for images, and two that nobody uses."""

from typing import Final

from django.db import transaction

from igny8_core.business.billing.exceptions import TwoOpenAIKeys
from igny8_core.business.billing.keys.legacy.store import IMAGE_FIELD, settings_row
from igny8_core.business.billing.keys.store import ProviderRows
from igny8_core.business.billing.keys.trail import record_saved
from igny8_core.business.billing.keys.typed import as_key
from migration_harness.api import Secret, tombstone

LONE_FIELDS: Final = (IMAGE_FIELD, "anthropic_api_key", "bria_api_key")


@tombstone(owner="platform", since="2026-11-30", reason="Keys that the settings row alone has a place for.")
def save_settings_key(*, field: str, api_key: Secret | str, actor: str) -> None:
    """Keep a key that has no place on the new side; an empty one removes it.

    Raises KeyRefused, and TwoOpenAIKeys for a second OpenAI key once the new side has the first: from then on
    both stores must hold the same.
    """
    key = as_key(api_key, of=field)
    with transaction.atomic():
        row = settings_row(for_update=True)
        if field == IMAGE_FIELD:
            refuse_second(key)
        before = Secret(getattr(row, field))
        setattr(row, field, key.reveal())
        row.save(update_fields=[field])
        record_saved(subject=f"key of the settings row: {field}", field=field, before=before, after=key, actor=actor)


@tombstone(owner="platform", since="2026-11-30", reason="Keys that the settings row alone has a place for.")
def refuse_second(key: Secret) -> None:
    """Raise TwoOpenAIKeys where ``key`` would be a second OpenAI key beside that of the new side."""
    first = ProviderRows().read("openai")
    if key and first and key != first:
        raise TwoOpenAIKeys(
            f"Integration providers has a key for openai already ({first}), which serves text and images. A second "
            f"one for images ({key}) has no place there. Save the one that is to serve both as the key of openai."
        )
