"""Which addresses a provider may have: an address is where a key is sent.

``IGNY8_PROVIDER_HOSTS`` names the hosts, and whoever deploys the service decides of it: an operator who is in the admin
alone cannot send a key elsewhere. A host of ``IGNY8_PRIVATE_HOSTS`` may also be inside (private, link-local, this
machine), and asked without TLS.
"""

from typing import Final

import httpx2
from django.conf import settings

from igny8_core.business.billing.exceptions import AddressRefused

_NO_PART: Final = frozenset("\\@#?% \t\r\n")
"""Of a host and a path as providers have them; what two readers of an address may read in two ways."""


def refuse_address(address: str) -> None:
    """Raise AddressRefused where a provider may not have this address; an empty one is the provider's own."""
    if not address:
        return
    if not address.isascii() or not address.isprintable() or _NO_PART & set(address):
        raise AddressRefused("The address has a sign that no address of a provider has. Write it as https://HOST/PATH.")
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        raise AddressRefused("The address cannot be read. Write it as https://HOST/PATH.") from None
    if not url.host or url.scheme not in {"http", "https"}:
        raise AddressRefused("The address names no host. Write it as https://HOST/PATH.")
    if may_be_private(url.host):
        return
    if url.scheme != "https":
        raise AddressRefused(f"A key is sent to {url.host} in clear. Write the address with https.")
    if _bare(url.host) not in map(_bare, settings.IGNY8_PROVIDER_HOSTS):
        raise AddressRefused(
            f"The host {url.host} is none that keys are sent to. Whoever deploys the service names it in "
            "IGNY8_PROVIDER_HOSTS."
        )


def may_be_private(host: str) -> bool:
    """Tell whether the settings allow a host by its name, wherever it is."""
    return _bare(host) in map(_bare, settings.IGNY8_PRIVATE_HOSTS)


def _bare(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()
