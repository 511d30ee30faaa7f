"""Where contents are found, within the site that they belong to."""

from urllib.parse import urlsplit


def address_of(content_id: int) -> str:
    """Return the path of a content; a new title does not change it."""
    return f"/articles/{content_id}/"


def leads_to(address: str, content_id: int, *, domain: str) -> bool:
    """Tell whether an address, relative or with the site's own domain, is that of a content."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    own = not parts.netloc or parts.netloc.lower().removeprefix("www.") == domain.lower().removeprefix("www.")
    return own and parts.path.rstrip("/") == address_of(content_id).rstrip("/")
