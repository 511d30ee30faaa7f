"""The HTTP client of one request to a provider: bounded in time as a whole."""

from collections.abc import Iterator
from time import monotonic
from typing import Final

import httpx2

from igny8_core.ai.providers.endpoint import Endpoint

_CONNECT_SECONDS: Final = 10.0


def client_for(endpoint: Endpoint) -> httpx2.Client:
    """Return a client whose answer has ``endpoint.timeout_seconds``, and whose connection ten of them at most.

    The library's own timeout is for each piece of an answer: one that trickles would never end.
    """
    deadline = monotonic() + endpoint.timeout_seconds

    def bound(response: httpx2.Response) -> None:
        response.stream = _Bounded(response, deadline=deadline)

    return httpx2.Client(
        timeout=httpx2.Timeout(endpoint.timeout_seconds, connect=min(_CONNECT_SECONDS, endpoint.timeout_seconds)),
        # Through no proxy of the environment to a sandbox on this machine.
        trust_env=not endpoint.is_sandbox,
        event_hooks={"response": [bound]},
    )


class _Bounded(httpx2.SyncByteStream):
    """The body of an answer, until the deadline."""

    def __init__(self, response: httpx2.Response, *, deadline: float) -> None:
        self._stream = response.stream
        self._request = response.request
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        if not isinstance(self._stream, httpx2.SyncByteStream):
            raise TypeError("Only the body of a synchronous request can be read here.")
        for piece in self._stream:
            if monotonic() > self._deadline:
                raise httpx2.ReadTimeout("The answer takes too long as a whole.", request=self._request)
            yield piece

    def close(self) -> None:
        if isinstance(self._stream, httpx2.SyncByteStream):
            self._stream.close()
