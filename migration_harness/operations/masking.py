"""No fragment of a secret in what is kept of a text."""

from collections.abc import Iterable
from typing import Any, Final

from migration_harness.secret import Secret

SHORTEST: Final = 8
"""Characters in a row of a secret that count as a fragment: fewer are words that anybody may say."""


def quotes(text: str, secret: Secret) -> bool:
    """Tell whether a fragment of a secret stands in a text."""
    return bool(without(text, [secret]) != text)


def without(value: Any, secrets: Iterable[Secret]) -> Any:
    """Return a plain value whose texts have fingerprints in place of fragments of these secrets."""
    known = [secret for secret in secrets if len(secret.reveal()) >= SHORTEST]
    return _without(value, known) if known else value


def _without(value: Any, secrets: list[Secret]) -> Any:
    match value:
        case str():
            for secret in secrets:
                value = _masked(value, secret)
            return value
        case dict():
            return {_without(name, secrets): _without(inner, secrets) for name, inner in value.items()}
        case list() | tuple():
            return [_without(inner, secrets) for inner in value]
        case _:
            return value


def _masked(text: str, secret: Secret) -> str:
    """Replace each longest run that stands in the secret too."""
    key, kept, position = secret.reveal(), [], 0
    windows = {key[start : start + SHORTEST] for start in range(len(key) - SHORTEST + 1)}
    if not any(window in text for window in windows):
        return text
    while position < len(text):
        if text[position : position + SHORTEST] not in windows:
            kept.append(text[position])
            position += 1
            continue
        end = position + SHORTEST
        while end < len(text) and text[position : end + 1] in key:
            end += 1
        kept.append(secret.fingerprint)
        position = end
    return "".join(kept)
