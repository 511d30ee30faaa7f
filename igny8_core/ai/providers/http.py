"""The HTTP client of one request to a provider: bounded in time and size as a whole, and in where it goes."""

import ssl
from collections.abc import Iterator
from functools import cache
from time import monotonic
from typing import Final
from urllib.request import getproxies, proxy_bypass

import httpx2

from igny8_core.ai.providers.endpoint import Endpoint
from igny8_core.ai.providers.reaching import PublicOnly
from igny8_core.ai.providers.telling import FromRecording, hooks_of
from migration_harness.api import is_tried

_CONNECT_SECONDS: Final = 10.0
MOST_BYTES: Final = 100_000_000
"""Of one answer; an image in base64 has a few million."""


def client_for(endpoint: Endpoint) -> httpx2.Client:
    """Return a client whose answer has ``endpoint.timeout_seconds``, and whose connection ten of them at most.

    The library's own timeout is for each piece of an answer: one that trickles would never end.
    """
    deadline = monotonic() + endpoint.timeout_seconds

    def bound(response: httpx2.Response) -> None:
        response.stream = _Bounded(response, deadline=deadline)

    telling = hooks_of(endpoint)
    return httpx2.Client(
        timeout=httpx2.Timeout(endpoint.timeout_seconds, connect=min(_CONNECT_SECONDS, endpoint.timeout_seconds)),
        transport=_transport(endpoint),
        # A redirect would take the key along, to where nobody has looked.
        follow_redirects=False,
        event_hooks={"request": [telling["request"]], "response": [bound, telling["response"]]},
    )


def _transport(endpoint: Endpoint) -> httpx2.BaseTransport:
    """Return the way to a provider: through the proxy of the environment, which then says where one may go, or none."""
    if is_tried():
        return FromRecording(endpoint)
    if endpoint.may_be_private:
        # Through no proxy to what the settings name, such as a sandbox on this machine.
        return httpx2.HTTPTransport(verify=_trusted())
    url = httpx2.URL(endpoint.base_url)
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy and not proxy_bypass(url.host):
        return httpx2.HTTPTransport(proxy=proxy, verify=_trusted())
    return PublicOnly(httpx2.HTTPTransport(verify=_trusted()))


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that a process trusts: to read all of them takes longer than the rest of a client."""
    return httpx2.create_ssl_context()


class _Bounded(httpx2.SyncByteStream):
    """The body of an answer, until the deadline."""

    def __init__(self, response: httpx2.Response, *, deadline: float) -> None:
        self._stream = response.stream
        self._request = response.request
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        if not isinstance(self._stream, httpx2.SyncByteStream):
            raise TypeError("Only the body of a synchronous request can be read here.")
        read = 0
        for piece in self._stream:
            read += len(piece)
            if read > MOST_BYTES:
                raise httpx2.ReadError("The answer is too long.", request=self._request)
            if monotonic() > self._deadline:
                raise httpx2.ReadTimeout("The answer takes too long as a whole.", request=self._request)
            yield piece

    def close(self) -> None:
        if isinstance(self._stream, httpx2.SyncByteStream):
            self._stream.close()
