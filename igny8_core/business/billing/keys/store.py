"""The new store of the providers' keys: one row each, encrypted at rest."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from igny8_core.auth.models import User
from igny8_core.business.billing import phase_one
from igny8_core.business.billing.exceptions import UnknownProvider
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.encryption import DecryptionFailed
from migration_harness.api import Secret


def store_key(*, provider: str, key: Secret, actor: str) -> Secret | None:
    """Keep the key of a provider; an empty one removes it. Returns the key that it replaces.

    None: the one before is not known, because no field key decrypts it. Raises UnknownProvider.
    """
    return replace_secret(provider=provider, field="api_key", secret=key, actor=actor)


def replace_secret(*, provider: str, field: str, secret: Secret, actor: str) -> Secret | None:
    """Do so with any of a provider's secrets, in the column ``field``."""
    if not phase_one.is_there():
        raise UnknownProvider(f"There is no place for keys of {provider!r}: phase 1 of the migration is undone.")
    previous = readable(provider, field)
    changed: dict[str, Any] = {field: secret, "updated_at": timezone.now()}
    changed["updated_by"] = User.objects.filter(username=actor).first()
    if not IntegrationProvider.objects.filter(pk=provider).update(**changed):
        raise UnknownProvider(f"There is no provider {provider!r}. Add it under Integration providers.")
    return previous


def readable(provider: str, field: str) -> Secret | None:
    """Return a secret of a provider, an empty one where there is none; None where no field key decrypts it."""
    try:
        return _secret_of(provider, field) or Secret("")
    except DecryptionFailed:
        return None


def _secret_of(provider: str, field: str) -> Secret | None:
    if not phase_one.is_there():
        return None
    found: Any = IntegrationProvider.objects.filter(pk=provider).values_list(field, flat=True).first()
    return found or None


class ProviderRows:
    """The rows of ``IntegrationProvider`` as keys by provider id."""

    def keys(self) -> Iterable[str]:
        """Return every provider that has a key."""
        if not phase_one.is_there():
            return []
        rows = IntegrationProvider.objects.exclude(api_key="").order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def read(self, key: str) -> Secret | None:
        """Return the key of a provider; raises DecryptionFailed."""
        return _secret_of(key, "api_key")

    def write(self, key: str, value: Secret | None) -> None:
        """Keep the key of a provider; the row is created where there is none. ``updated_by`` stays: nobody typed it."""
        kept: dict[str, Any] = {"api_key": value or Secret(""), "updated_at": timezone.now()}
        named = {"display_name": key.capitalize(), "provider_type": IntegrationProvider.ProviderType.AI}
        IntegrationProvider.objects.update_or_create(pk=key, defaults=kept, create_defaults=kept | named)

    def fingerprint(self, value: Secret) -> str:
        """Return the keyed digest of a key."""
        return f"sha:{value.digest}"
