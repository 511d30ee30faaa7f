"""What a provider made."""

from dataclasses import dataclass
from decimal import Decimal

from igny8_core.business.billing.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A text, and what it used; ``provider`` for messages."""

    text: str
    model: str
    usage: Usage
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The bytes of an image, and their type by their first bytes, whatever the provider says."""

    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedImage:
    """An image, and what the provider charges for it in USD; None where nobody knows."""

    content: bytes
    mime_type: str
    model: str
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLook:
    """How an image is to look, in OpenAI's words; empty where the provider is to choose."""

    quality: str = ""
    style: str = ""
