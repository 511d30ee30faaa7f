"""Secrets at rest: a text field encrypted with MultiFernet.

The keys are ``settings.IGNY8_FIELD_KEYS``, newest first, so that a key can be rotated: the first
encrypts, any decrypts.
"""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from migration_harness.api import HarnessError, Secret


class DecryptionFailed(HarnessError):
    """A stored secret cannot be read with the configured keys. The harness's commands say so in its words."""


def _fernet() -> MultiFernet:
    keys = [key.strip() for key in settings.IGNY8_FIELD_KEYS if key.strip()]
    if not keys:
        raise ImproperlyConfigured("IGNY8_FIELD_KEYS is empty. Set it to one or more Fernet keys, newest first.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        # The message of the library would quote the key.
        raise ImproperlyConfigured(
            "IGNY8_FIELD_KEYS holds a value that is no Fernet key (32 bytes, URL-safe base64)."
        ) from None


class EncryptedSecretField(models.TextField):  # type: ignore[type-arg]  # Generic for the checker only.
    """Holds a :class:`Secret`; the column holds ciphertext. Empty stays empty.

    Assign a ``str`` or a ``Secret``. Reading with a wrong key raises DecryptionFailed: never the
    ciphertext, never an empty string.
    """

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> Secret | None:
        """Decrypt a stored value."""
        if value is None or value == "":
            return None if value is None else Secret("")
        try:
            return Secret(_fernet().decrypt(value.encode()).decode())
        except InvalidToken:
            raise DecryptionFailed(
                f"{self.model.__name__}.{self.name} cannot be decrypted with IGNY8_FIELD_KEYS. "
                "Add the key it was written with to the end of the list."
            ) from None

    def get_prep_value(self, value: Any) -> str | None:
        """Encrypt a value before it is stored."""
        if value is None:
            return None
        clear = value.reveal() if isinstance(value, Secret) else str(value)
        return _fernet().encrypt(clear.encode()).decode() if clear else ""
