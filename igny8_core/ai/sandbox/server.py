"""The sandbox's HTTP server, by itself or in a thread of a test."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from typing import Final

from igny8_core.ai.sandbox.handler import Handler
from igny8_core.ai.sandbox.memory import Memory
from igny8_core.ai.sandbox.record import RecordedRequest

_HOST: Final = "127.0.0.1"


class Sandbox(ThreadingHTTPServer):
    """Listens on 127.0.0.1 from its construction on; ``port`` 0 takes a free one.

    Over HTTP the record is for whoever sends ``token``; without one given it is made up.
    """

    daemon_threads = True
    # A test may send many requests at once.
    request_queue_size = 128

    def __init__(self, *, port: int = 0, token: str | None = None) -> None:
        self.token = token or secrets.token_hex()
        self._memory = Memory(token=self.token)
        self.record, self.closing = self._memory.record, self._memory.closing
        super().__init__((_HOST, port), partial(Handler, memory=self._memory))

    @property
    def url(self) -> str:
        """The address without a path, as the setting ``IGNY8_SANDBOX_URL`` wants it."""
        return f"http://{_HOST}:{self.server_port}"

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests to the providers' addresses, oldest first."""
        return self.record.all()

    def forget(self) -> None:
        """Begin anew: no request recorded, no fault counted."""
        self._memory.forget()

    def server_close(self) -> None:
        """Stop listening, and answer nobody who still waits."""
        self.closing.set()
        super().server_close()


@contextmanager
def sandbox(*, port: int = 0) -> Iterator[Sandbox]:
    """Run a sandbox in a thread, on a free port, for the length of the block."""
    server = Sandbox(port=port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
