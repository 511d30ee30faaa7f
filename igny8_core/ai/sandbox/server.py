"""The sandbox's HTTP server, by itself or in a thread of a test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Final

from igny8_core.ai.sandbox.faults import Faults
from igny8_core.ai.sandbox.handler import Handler
from igny8_core.ai.sandbox.record import Record, RecordedRequest

_HOST: Final = "127.0.0.1"
_PICTURES_KEPT: Final = 200


class Sandbox(ThreadingHTTPServer):
    """Listens on 127.0.0.1 from its construction on; ``port`` 0 takes a free one."""

    daemon_threads = True
    # A test may send many requests at once.
    request_queue_size = 128

    def __init__(self, *, port: int = 0) -> None:
        self.record = Record()
        self.faults = Faults()
        self.pictures: dict[str, bytes] = {}
        self.closing = threading.Event()
        """Ends what is slow on purpose."""
        super().__init__((_HOST, port), Handler)

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
        self.record.forget()
        self.faults.forget()

    def keep_picture(self, name: str, content: bytes) -> str:
        """Keep a picture for whoever fetches it, and return its address."""
        self.pictures[name] = content
        for oldest in list(self.pictures)[:-_PICTURES_KEPT]:
            self.pictures.pop(oldest, None)
        return f"{self.url}/pictures/{name}"

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
