"""One signed request: bounded in time and size as a whole, to one address and nowhere else."""

import ssl
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.request import getproxies, proxy_bypass

import httpx2

from migration_harness.printing import printable
from migration_harness.rollout.notices.receivers import Endpoint
from migration_harness.rollout.notices.signing import signed_headers
from migration_harness.rollout.notices.within import TookTooLong, within
from migration_harness.secret import Secret

WHY_CHARACTERS: Final = 200
"""Of what is said of a request that failed."""
_HEADERS: Final = {
    "content-type": "application/json",
    "user-agent": "migration-harness",
    "accept-encoding": "identity",
    "connection": "close",
}


class NotAnswered(Exception):
    """Nobody has answered as asked. The message says why, for people, and has no address in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What was answered: the status, and as much of the body as was asked for; one byte more where there was more."""

    status: int
    body: bytes


def post(
    endpoint: Endpoint,
    *,
    secrets: tuple[Secret, ...],
    key: str,
    at: int,
    body: bytes,
    seconds: float,
    most_bytes: int = 0,
) -> Posted:
    """Send ``body``, signed, and return the answer if it is one of success; raises NotAnswered.

    No redirect is followed: what was signed for one receiver is no other one's.
    """
    headers = {**_HEADERS, **signed_headers(secrets, key=key, at=at, body=body)}
    limits = {"timeout": httpx2.Timeout(seconds).as_dict()}
    request = httpx2.Request("POST", endpoint.url, headers=headers, content=body, extensions=limits)
    # The transport itself and no client: a client logs whole addresses, and follows what the environment says.
    try:
        transport = _transport(endpoint)
    except Exception as error:  # noqa: BLE001  A proxy or certificates of the environment that cannot be used.
        raise NotAnswered(f"there is no way there: {type(error).__name__}") from None
    try:
        answered = within(seconds, lambda: _exchange(transport, request, most_bytes))
    except (TookTooLong, httpx2.TimeoutException):
        # The limit of a step is that of the whole: which of them ends it is chance.
        raise NotAnswered(f"no answer within {seconds:g} s") from None
    except httpx2.HTTPError as error:
        raise NotAnswered(printable(" ".join(str(error).split()) or type(error).__name__)[:WHY_CHARACTERS]) from None
    except Exception as error:  # noqa: BLE001  Whatever else comes of it is no answer.
        # Of an unknown class: its message may hold anything.
        raise NotAnswered(type(error).__name__) from None
    finally:
        # Also in the middle of an answer: it ends the thread that waits for the rest of it.
        transport.close()
    if not httpx2.codes.is_success(answered.status):
        also = ", and redirects are not followed" if httpx2.codes.is_redirect(answered.status) else ""
        raise NotAnswered(f"answered {answered.status}{also}")
    return answered


def _exchange(transport: httpx2.HTTPTransport, request: httpx2.Request, most_bytes: int) -> Posted:
    response = transport.handle_request(request)
    return Posted(status=response.status_code, body=_beginning(response, most_bytes))


def _beginning(response: httpx2.Response, most_bytes: int) -> bytes:
    found = b""
    if most_bytes and isinstance(response.stream, httpx2.SyncByteStream):
        for piece in response.stream:
            found += piece
            if len(found) > most_bytes:
                break
    return found[: most_bytes + 1] if most_bytes else b""


def _transport(endpoint: Endpoint) -> httpx2.HTTPTransport:
    """Return the way there: through the proxy that the environment names, if any, but for what is reached in clear."""
    if endpoint.is_here or proxy_bypass(endpoint.host):
        return httpx2.HTTPTransport(verify=trusted())
    proxies = getproxies()
    return httpx2.HTTPTransport(verify=trusted(), proxy=proxies.get("https") or proxies.get("all"))


@cache
def trusted() -> ssl.SSLContext:
    """Return whom to trust, as the environment says: read once, since that takes longer than a request."""
    return httpx2.create_ssl_context()
