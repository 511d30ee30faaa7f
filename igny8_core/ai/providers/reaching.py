"""Where a request to a provider goes: to a public address that was looked at, and to no other.

Note [Looked at and connected to]: a name may lead elsewhere a moment later. So the name is resolved here, all of its
addresses are looked at, and the connection is made to one of these; TLS still asks for the name.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx2

_NAT64: Final = IPv6Network("64:ff9b::/96")
_OF_THE_INTERNET: Final = IPv6Network("2000::/3")
"""What has been given to anybody of IPv6; whatever else there is leads inside, or nowhere."""
_INSIDE: Final = (
    IPv4Network("192.0.0.0/24"),  # Of protocols; a cloud answers about its machines at one of them.
    IPv4Network("192.88.99.0/24"),  # Whoever is the nearest gateway.
    IPv4Network("168.63.129.16/32"),  # A cloud's own services, as each of its machines reaches them.
    IPv6Network("3fff::/20"),  # Of documentation; not every release of Python knows it.
)


class LeadsInside(httpx2.ConnectError):
    """The name of a provider leads to an address that is not public. Nothing was sent."""


class PublicOnly(httpx2.BaseTransport):
    """Sends requests to public addresses. See Note [Looked at and connected to]."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the first address that can be reached. Raises LeadsInside and ConnectError."""
        unreachable = httpx2.ConnectError("The name has no address.", request=request)
        for address in _public_addresses(request):
            try:
                return self._inner.handle_request(_sent_to(address, request))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                unreachable = httpx2.ConnectError(type(error).__name__, request=request)
        raise unreachable

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _public_addresses(request: httpx2.Request) -> list[str]:
    url = request.url
    try:
        # As it is on the wire: a resolver would write other letters than ASCII by other rules than TLS.
        found = socket.getaddrinfo(_host(url), url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    # All of them: which one is taken is nobody's choice.
    if not all(map(is_public, addresses)):
        raise LeadsInside(f"{url.host} leads inside.", request=request)
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet, also where IPv6 only wraps an IPv4 one."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if wrapped is None and found in _NAT64:
            wrapped = IPv4Address(int(found) & 0xFFFF_FFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
        if found not in _OF_THE_INTERNET:
            return False
    if any(found in each for each in _INSIDE):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _sent_to(address: str, request: httpx2.Request) -> httpx2.Request:
    """Return the request to this address, which says and asks by TLS for the name all the same."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _host(request.url)},
    )


def _host(url: httpx2.URL) -> str:
    return url.raw_host.decode("ascii")
