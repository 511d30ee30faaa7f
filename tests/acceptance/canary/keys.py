"""The keys that are planted, and how a fragment of one is found."""

import base64
import secrets
import string
from collections.abc import Iterable, Mapping

SHORTEST = 8
"""Characters in a row that count as a fragment."""
_LETTERS = string.ascii_letters


def planted_key(begins: str = "") -> str:
    """Return a key of letters alone, of which no eight stand anywhere by chance."""
    return begins + "".join(secrets.choice(_LETTERS) for _ in range(40))


class Canary:
    """Keys by the name of their store; finds fragments of them, as they are, in base64 and in hex."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._store_of: dict[str, str] = {}
        for store, key in keys.items():
            for form in _forms(key):
                for start in range(len(form) - SHORTEST + 1):
                    self._store_of.setdefault(form[start : start + SHORTEST], store)

    def stores_in(self, text: str) -> set[str]:
        """Return the stores of whose keys a fragment stands in a text."""
        known, windows = self._store_of, len(text) - SHORTEST + 1
        return {known[text[at : at + SHORTEST]] for at in range(windows) if text[at : at + SHORTEST] in known}

    def found_in(self, texts: Mapping[str, str]) -> dict[str, set[str]]:
        """Return where fragments stand, by the name of the text."""
        found = {name: self.stores_in(text) for name, text in texts.items()}
        return {name: stores for name, stores in found.items() if stores}


def _forms(key: str) -> Iterable[str]:
    yield key
    yield key.encode().hex()
    for skipped in range(3):
        # What stands before it moves the letters of base64; the first and the last depend on what stands there.
        yield base64.b64encode(b"-" * skipped + key.encode()).decode()[4:-4]
