"""What the sandbox was asked, for whoever has its token: payloads that can be compared, and never a key."""

import hmac
import secrets
from collections import deque
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any, Final

_KEPT: Final = 1_000

# Made anew for each request by the client, so that no two payloads would ever be equal.
_VOLATILE: Final = frozenset({"taskUUID"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """One request. ``key`` is empty where none was sent, else the key's fingerprint within this server."""

    method: str
    path: str
    body: Any
    key: str
    status: int

    @property
    def payload(self) -> Any:
        """The body without what the client makes up for each request."""
        return _without_volatile(self.body)


class Record:
    """The newest requests, in order."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: deque[RecordedRequest] = deque(maxlen=_KEPT)
        # Of this server alone: a fingerprint tells two keys apart and cannot be looked up anywhere.
        self._salt = secrets.token_bytes(32)

    def add(self, *, method: str, path: str, body: Any, bearer: str, status: int) -> None:
        """Keep a request; of the key only the fingerprint."""
        request = RecordedRequest(method=method, path=path, body=body, key=self.fingerprint(bearer), status=status)
        with self._lock:
            self._requests.append(request)

    def fingerprint(self, bearer: str) -> str:
        """Return what ``key`` of a request with this key is."""
        return hmac.new(self._salt, bearer.encode(), sha256).hexdigest()[:12] if bearer else ""

    def all(self) -> list[RecordedRequest]:
        """Return the requests, oldest first."""
        with self._lock:
            return list(self._requests)

    def forget(self) -> None:
        """Begin with an empty record."""
        with self._lock:
            self._requests.clear()


def _without_volatile(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_volatile(value) for name, value in body.items() if name not in _VOLATILE}
    if isinstance(body, list):
        return [_without_volatile(value) for value in body]
    return body
