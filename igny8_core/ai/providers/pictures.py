"""Is it a picture? By its bytes: a provider may answer with a text in the place of one."""

import base64
import binascii
from typing import Final

from igny8_core.ai.providers.results import Picture

_BY_FIRST_BYTES: Final = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_WEBP: Final = (b"RIFF", b"WEBP")


def missing(*, has_address: bool) -> str:
    """Return what is told of an answer without a picture."""
    if has_address:
        return "the answer holds the address of a picture where the picture itself was asked for."
    return "the answer holds no picture."


def decoded(encoded: object) -> Picture | None:
    """Return the picture in a base64 text, or None where it is none."""
    if not isinstance(encoded, str):
        return None
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    for first, mime_type in _BY_FIRST_BYTES:
        if content.startswith(first):
            return Picture(content=content, mime_type=mime_type)
    if (content[:4], content[8:12]) == _WEBP:
        return Picture(content=content, mime_type="image/webp")
    return None
