"""Where the field of secrets was: migrations name this place."""

from igny8_core.encryption import DecryptionFailed, EncryptedSecretField

__all__ = ["DecryptionFailed", "EncryptedSecretField"]
