"""A secret that can be compared but not printed."""

import hmac
from hashlib import sha256
from typing import NoReturn

from migration_harness.conf import setting
from migration_harness.exceptions import HarnessMisconfigured


class Secret:
    """Wraps an API key. Prints as ``sha:`` and six hex digits of a keyed HMAC; cannot be pickled.

    Two secrets are equal when their values are. The key of the HMAC is
    ``settings.HARNESS["FINGERPRINT_KEY"]``, so a fingerprint cannot be looked up in a table, and is the
    same in every process of an installation.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the clear text. The only place for it is the call to the provider."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """Return ``sha:`` and six hex digits; enough to see that two keys differ, useless to an attacker."""
        return f"sha:{self.digest[:6]}"

    @property
    def digest(self) -> str:
        """Return the whole keyed HMAC, of which the fingerprint is the beginning: equal where the values are."""
        key = setting("FINGERPRINT_KEY")
        if not key:
            raise HarnessMisconfigured('HARNESS["FINGERPRINT_KEY"] is empty: set it to a random string.')
        return hmac.new(key.encode(), self._value.encode(), sha256).hexdigest()

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __repr__(self) -> str:
        return f"Secret({self.fingerprint})"

    def __str__(self) -> str:
        return self.fingerprint

    def __format__(self, spec: str) -> str:
        return format(self.fingerprint, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret cannot be pickled: pass the provider's name and load the key where it is used.")
