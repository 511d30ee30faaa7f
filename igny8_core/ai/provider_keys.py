"""The key of a provider, from its one row."""

from enum import StrEnum

from igny8_core.ai.exceptions import ProviderKeyMissing
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import IntegrationProvider
from migration_harness.api import Secret


class Purpose(StrEnum):
    """What a key is needed for. The new side has one key per provider, whatever the purpose."""

    TEXT = "text"
    """Text generation."""
    IMAGE = "image"
    """Image generation."""


def provider_key(*, account: Account, provider: str, purpose: Purpose) -> Secret:  # noqa: ARG001  The seam's signature.
    """Return the key of ``provider``; raises ProviderKeyMissing for an unknown or inactive one, or an empty key."""
    row = IntegrationProvider.objects.filter(provider_id=provider).first()
    if row is None:
        raise ProviderKeyMissing(f"There is no provider {provider!r}. Add it under Integration providers.")
    if not row.is_active:
        raise ProviderKeyMissing(f"The provider {provider!r} is inactive. Activate it under Integration providers.")
    if not row.api_key:
        raise ProviderKeyMissing(f"The provider {provider!r} has no API key. Enter it under Integration providers.")
    key: Secret = row.api_key
    return key
