"""Stand-ins for text of people: of the same length and shape, and the same for the same word of one export.

A word is what has only letters; digits stay. What belongs to a format stays too: HTML's tags and entities, the keys of
JSON in a text, and what stands in doubled brackets, by which a sandbox is told what to do.
"""

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

from migration_harness.operations import world

_KEPT: Final = re.compile(r"(<[^<>]*>|&#?\w+;|\[\[.*?\]\])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHORTEST: Final = 2
"""Letters of a word that says anything."""


class StandIns:
    """The stand-ins of one export; nobody finds the words from them without its key, which is kept nowhere."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._words: dict[str, str] = {}

    def text(self, value: str) -> str:
        """Return the stand-in of a text; of a JSON document with the stand-ins of its texts."""
        if value.lstrip()[:1] in ("{", "["):
            try:
                return json.dumps(self.every_text(json.loads(value)))
            except ValueError:
                pass
        return "".join(
            part if number % 2 else _WORD.sub(self._word, part) for number, part in enumerate(_KEPT.split(value))
        )

    def every_text(self, value: Any) -> Any:
        """Return a plain value in which every text has its stand-in."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {name: self.every_text(inner) for name, inner in value.items()}
            case list():
                return [self.every_text(inner) for inner in value]
        return value

    def said(self, value: Any, names: Iterable[str]) -> Any:
        """Return a plain value in which the texts under these names have stand-ins."""
        match value:
            case dict():
                return {n: self.every_text(v) if n in names else self.said(v, names) for n, v in value.items()}
            case list():
                return [self.said(inner, names) for inner in value]
        return value

    def rows(self, rows: world.Rows, personal: Mapping[str, tuple[str, ...]]) -> world.Rows:
        """Return rows in which the columns of people have stand-ins."""
        return {
            label: [
                {n: self.every_text(v) if n in personal.get(label, ()) else v for n, v in each.items()}
                for each in found
            ]
            for label, found in rows.items()
        }

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        if len(word) < _SHORTEST:
            return word
        known = self._words.setdefault(word.lower(), self._letters(word.lower()))
        return "".join(new.upper() if old.isupper() else new for old, new in zip(word, known, strict=True))

    def _letters(self, word: str) -> str:
        digest = b""
        while len(digest) < len(word):
            digest += blake2b(word.encode() + bytes([len(digest)]), key=self._key).digest()
        return "".join(chr(ord("a") + byte % 26) for byte in digest[: len(word)])
