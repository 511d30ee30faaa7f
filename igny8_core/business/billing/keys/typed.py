"""A key as somebody typed or pasted it."""

from typing import Final

from igny8_core.business.billing.exceptions import KeyRefused
from migration_harness.api import Secret

MAX_CHARACTERS: Final = 500


def as_key(text: Secret | str, *, of: str) -> Secret:
    """Return what somebody typed or pasted as a key, without the space around it. Raises KeyRefused."""
    key = (text.reveal() if isinstance(text, Secret) else text).strip()
    # No message may quote what was typed: a key with a typo in it is still most of a key.
    if len(key) > MAX_CHARACTERS:
        raise KeyRefused(
            f"The key of {of} has {len(key):,} characters; at most {MAX_CHARACTERS} are kept. Copy it again."
        )
    if not all("!" <= character <= "~" for character in key):
        raise KeyRefused(f"The key of {of} has a space, a line break or an unusual character inside. Copy it again.")
    return Secret(key)
