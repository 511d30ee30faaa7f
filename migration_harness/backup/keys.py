"""The keys of a backup: what is secret is encrypted with them, and digests and seal can be made by nobody else.

Note [Why keyed]: a plain digest of a table with one key in it would let anybody who has the file try out keys.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from migration_harness.conf import setting
from migration_harness.exceptions import BackupKeyMissing, HarnessMisconfigured
from migration_harness.secret import Secret

_MAKE_ONE: Final = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


class BackupKey:
    """One key: what it has encrypted it reads again, and what it has sealed it knows again."""

    __slots__ = ("_fernet", "_key")

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._fernet = Fernet(self._key)

    @property
    def name(self) -> str:
        """By what a file names it; tells nothing about the key."""
        return self._keyed(b"name").hexdigest()[:16]

    def encrypt(self, value: str) -> str:
        """Return the value as the file has it."""
        return self._fernet.encrypt(value.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Return the value that was encrypted. Raises BackupKeyMissing."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise BackupKeyMissing(
                "A value of the backup cannot be decrypted with the key that the file names."
            ) from None

    def digest(self) -> "RowDigest":
        """Return a digest to be fed with the rows of one part, in their order."""
        return RowDigest(self._keyed(b"rows"))

    def seal(self, digest: str) -> str:
        """Return the seal of a whole file, by its plain digest."""
        sealed = self._keyed(b"file")
        sealed.update(digest.encode())
        return sealed.hexdigest()

    def _keyed(self, purpose: bytes) -> "hmac.HMAC":
        own = hmac.new(self._key, b"migration-harness-backup " + purpose, sha256)
        return hmac.new(own.digest(), digestmod=sha256)


class RowDigest:
    """The keyed digest of rows of text."""

    def __init__(self, keyed: "hmac.HMAC") -> None:
        self._keyed = keyed
        self.rows = 0

    def add(self, row: Iterable[str | None]) -> None:
        """Take in the next row."""
        self.rows += 1
        self._keyed.update(json.dumps(list(row)).encode() + b"\n")

    @property
    def value(self) -> str:
        """The digest of the rows so far."""
        return self._keyed.hexdigest()


def backup_keys() -> list[BackupKey]:
    """Return the keys of the setting, the newest first. Raises HarnessMisconfigured, which quotes none."""
    given: Sequence[str | Secret] = setting("BACKUP_KEYS") or ()
    if not given:
        raise HarnessMisconfigured(
            'HARNESS["BACKUP_KEYS"] is empty, and a backup has keys in it: give it one or more Fernet keys, the newest '
            f"first. Make one: {_MAKE_ONE}"
        )
    try:
        return [BackupKey(key.reveal() if isinstance(key, Secret) else key) for key in given]
    except (ValueError, AttributeError, TypeError):
        # The message of the library would quote the key.
        raise HarnessMisconfigured(
            f'HARNESS["BACKUP_KEYS"] has a value that is no Fernet key. Make one: {_MAKE_ONE}'
        ) from None


def key_named(name: str) -> BackupKey | None:
    """Return the key that a file names, None where it is not among those of the setting."""
    return next((key for key in backup_keys() if key.name == name), None)
