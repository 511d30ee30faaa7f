"""Which addresses a provider may have: an address is where a key is sent.

``IGNY8_PROVIDER_HOSTS`` names the hosts, and whoever deploys the service decides of it: an operator who is in the admin
alone cannot send a key elsewhere. A host of ``IGNY8_PRIVATE_HOSTS`` may also be inside (private, link-local, this
machine), and asked without TLS. Both may name a host with its port; then its other ports are not asked.
"""

from collections.abc import Iterable
from typing import Final

import httpx2
from django.conf import settings

from igny8_core.business.billing.exceptions import AddressRefused

_NO_PART: Final = frozenset("\\@#?% \t\r\n")
"""Of a host and a path as providers have them; what two readers of an address may read in two ways."""
_PORTS: Final = {"http": 80, "https": 443}
_MOST_PORT: Final = 65_535


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
    if not url.host or url.scheme not in _PORTS:
        raise AddressRefused("The address names no host. Write it as https://HOST/PATH.")
    if not 0 < _port(url) <= _MOST_PORT:
        # A resolver would take the remainder: another port than was looked at.
        raise AddressRefused(f"There is no port {url.port}. Write the address as https://HOST/PATH.")
    if _is_named(url, settings.IGNY8_PRIVATE_HOSTS):
        return
    if url.scheme != "https":
        raise AddressRefused(f"A key is sent to {host_of(url)} in clear. Write the address with https.")
    if not _is_named(url, settings.IGNY8_PROVIDER_HOSTS):
        raise AddressRefused(
            f"The host {_with_port(url)} is none that keys are sent to. Whoever deploys the service names it in "
            "IGNY8_PROVIDER_HOSTS."
        )


def may_be_private(address: str) -> bool:
    """Tell whether the settings allow an address by the name of its host, wherever it is."""
    return _is_named(httpx2.URL(address), settings.IGNY8_PRIVATE_HOSTS)


def host_of(url: httpx2.URL) -> str:
    """Return the host as it is on the wire, without the dot of the root: a name in other letters as ``xn--``."""
    return url.raw_host.decode("ascii").removesuffix(".").lower()


def _is_named(url: httpx2.URL, hosts: Iterable[str]) -> bool:
    named = {host.lower().removesuffix(".") for host in hosts}
    return not named.isdisjoint({host_of(url), _in_address(url), f"{_in_address(url)}:{_port(url)}"})


def _with_port(url: httpx2.URL) -> str:
    return host_of(url) if url.port is None else f"{_in_address(url)}:{url.port}"


def _in_address(url: httpx2.URL) -> str:
    host = host_of(url)
    return f"[{host}]" if ":" in host else host


def _port(url: httpx2.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port
