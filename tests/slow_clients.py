"""Clients that take their time: two hundred connections, which come back when they are cut off."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

CONNECTIONS: Final = 200
PAUSE_SECONDS: Final = 0.5
"""Between two bytes of one client."""
_LARGE: Final = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
"""Larger than what the kernel keeps for a client that does not read."""
_HEAD: Final = b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What such a client sends at once, and what after it byte by byte; ``reads`` says whether it takes an answer."""

    at_once: bytes = b""
    drip: bytes = b""
    reads: bool = True


KINDS: Final = {
    "says nothing": Kind(),
    "half a head": Kind(at_once=b"GET /healthz HT"),
    "a head, byte by byte": Kind(at_once=b"GET / HTTP/1.1\r\nX: ", drip=b"x"),
    "empty lines": Kind(at_once=b"\r\n", drip=b"\r\n"),
    "half a body": Kind(at_once=_HEAD + b"Content-Length: 1000\r\n\r\nusername="),
    "a body, byte by byte": Kind(at_once=_HEAD + b"Content-Length: 1000\r\n\r\n", drip=b"x"),
    "a body in chunks": Kind(at_once=_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", drip=b"1\r\nx\r\n"),
    "a body announced": Kind(at_once=_HEAD + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"),
    "does not read": Kind(at_once=f"GET {_LARGE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 3, reads=False),
    "kept alive": Kind(at_once=b"GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
}


class SlowClients:
    """So many clients at one port, of these kinds by turns, from when the block is entered until it is left."""

    def __init__(self, port: int, *kinds: Kind, connections: int = CONNECTIONS) -> None:
        self._address = ("127.0.0.1", port)
        self._kinds = [kinds[number % len(kinds)] for number in range(connections)]
        self._clients: list[socket.socket | None] = [None] * connections
        self._over = threading.Event()
        self._all_came = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._all_came.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for client in self._clients:
            if client is not None:
                client.close()

    def _go_on(self) -> None:
        while not self._over.is_set():
            for number, (client, kind) in enumerate(zip(self._clients, self._kinds, strict=True)):
                if client is None or not self._lives(client, kind):
                    self._clients[number] = self._come(kind)
            self._all_came.set()
            self._over.wait(PAUSE_SECONDS)

    def _come(self, kind: Kind) -> socket.socket | None:
        """Connect; None where the server takes nobody in just now."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PAUSE_SECONDS)
        try:
            client.connect(self._address)
            client.sendall(kind.at_once)
        except OSError:
            client.close()
            return None
        client.setblocking(False)
        return client

    def _lives(self, client: socket.socket, kind: Kind) -> bool:
        """Go on with one; False where the server has ended the connection."""
        try:
            client.send(kind.drip)
            return not kind.reads or client.recv(65536) != b""
        except BlockingIOError:
            return True
        except OSError:
            with suppress(OSError):
                client.close()
            return False
