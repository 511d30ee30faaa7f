"""A receiver of webhooks on this machine: it does with each request what the test says, and keeps what came."""

import base64
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

from .waiting import PATIENCE_SECONDS

SECRET: Final = f"whsec_{base64.b64encode(b'a secret of the tests, of some length').decode()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """What its body says."""
        return json.loads(self.body)


Behaviour = Callable[["_Handler"], None]


def status(code: int, **headers: str) -> Behaviour:
    """Answer so."""

    def answer(handler: "_Handler") -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()

    return answer


def says(content: object, *, code: int = 200) -> Behaviour:
    """Answer with a body: bytes as they are, anything else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def answer(handler: "_Handler") -> None:
        status(code, **{"Content-Length": str(len(body))})(handler)
        handler.wfile.write(body)

    return answer


def hangs_up(_handler: "_Handler") -> None:
    """Close without a word."""


def says_nothing(handler: "_Handler") -> None:
    """Take the request and answer never."""
    handler.wait()


def hangs_in_the_head(handler: "_Handler") -> None:
    """Begin an answer and never end it."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    handler.wait()


def trickles_a_head(handler: "_Handler") -> None:
    """Answer a byte at a time: each comes before any limit of one step, and the last one never."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not handler.released.wait(0.02):
        handler.wfile.write(b"x")


def hangs_in_the_body(handler: "_Handler") -> None:
    """Answer 200, and then never end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    handler.wait()


def endless_body(handler: "_Handler") -> None:
    """Answer 200, and more than anybody can keep."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.released.is_set():
        handler.wfile.write(b"x" * 65_536)


def speaks_no_http(handler: "_Handler") -> None:
    """Answer what is no answer."""
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    @property
    def released(self) -> threading.Event:
        return self.server.released

    def wait(self) -> None:
        self.released.wait(PATIENCE_SECONDS)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.came.append(Came(path=self.path, headers=headers, body=body))
        self.server.seen.release()
        with suppress(OSError):
            self.server.behaviour(self)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = behaviour
        self.came: list[Came] = []
        self.seen = threading.Semaphore(0)
        self.released = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


class Receiver:
    """Receives while the block lasts."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self._server = _Server(behaviour or status(204))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE_SECONDS)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/hooks/0123-as-good-as-a-password"

    @property
    def came(self) -> list[Came]:
        """What came, in its order."""
        return self._server.came

    @property
    def keys(self) -> list[str]:
        """The ids of what came."""
        return [each.headers["webhook-id"] for each in self.came]

    def does(self, behaviour: Behaviour) -> None:
        """Do something else from now on."""
        self._server.behaviour = behaviour

    def wait_for_one(self) -> None:
        """Wait until one more request has come."""
        assert self._server.seen.acquire(timeout=PATIENCE_SECONDS)

    def release(self) -> None:
        """Let those go on who hang."""
        self._server.released.set()
