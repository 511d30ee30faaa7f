"""The key of a provider, from the global settings row."""

from igny8_core.ai.exceptions import ProviderKeyMissing
from igny8_core.ai.provider_keys import Purpose
from igny8_core.auth.models import Account
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.api import Secret, tombstone


@tombstone(owner="platform", since="2026-11-30", reason="Keys from the settings row, in clear.")
def provider_key(*, account: Account, provider: str, purpose: Purpose) -> Secret:  # noqa: ARG001  Keys are never per account.
    """Return the key of ``provider``; OpenAI images use ``dalle_api_key`` where it is set."""
    row = GlobalIntegrationSettings.objects.filter(pk=1).first()
    if row is None:
        raise ProviderKeyMissing("The global integration settings are missing.")
    keys = {
        ("openai", Purpose.TEXT): row.openai_api_key,
        ("openai", Purpose.IMAGE): row.dalle_api_key or row.openai_api_key,
        ("runware", Purpose.IMAGE): row.runware_api_key,
    }
    key = keys.get((provider, purpose), "")
    if not key:
        raise ProviderKeyMissing(f"The global integration settings have no key for {provider!r} ({purpose}).")
    return Secret(key)
