"""One client's connection: what it sends and takes is buffered here, and no thread ever waits for it."""

import socket
import time
from typing import TYPE_CHECKING, Any, Final

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel

from igny8_core.web.patience import Patience, Waiting

if TYPE_CHECKING:
    from igny8_core.web.server import Listening

_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(HTTPChannel):
    """A connection that is ended when it is too slow, and whose next request waits until its answer was taken.

    All but ``service`` runs in the worker's main thread.
    """

    server: "Listening"

    def __init__(
        self,
        server: "Listening",
        sock: socket.socket,
        addr: Any,
        adj: Adjustments,
        map: Any = None,  # noqa: A002
    ) -> None:
        super().__init__(server, sock, addr, adj, map=map)
        self._patience = Patience(since=time.monotonic())
        self._answered = 0
        self._taken = 0
        self._has_next = False

    @property
    def waiting(self) -> Waiting | None:
        """What the client owes us; None where a thread is at its request."""
        if self.total_outbufs_len or self._has_next:
            return Waiting.TAKING
        if self.requests:
            return None
        return Waiting.BODY if self.request is not None and self.request.headers_finished else Waiting.HEAD

    @property
    def since(self) -> float:
        """Since when it has been owing that."""
        return self._patience.since

    def end_if_slow(self, now: float) -> None:
        """End it where our patience is over: with an answer if it has asked, and will take one."""
        waiting = self.waiting
        passed = self._taken if self.request is None else self.request.body_bytes_received
        if not self._patience.is_over(waiting, request=self._answered, passed=passed, now=now):
            return
        if self.request is None or self.close_when_flushed or waiting is Waiting.TAKING:
            self.handle_close()
        else:
            self._say_too_slow()

    def wait_with_next(self) -> bool:
        """Tell whether its next request has to wait: many in one go would fill our disk with answers to nobody."""
        self._has_next = bool(self.total_outbufs_len)
        return self._has_next

    def writable(self) -> bool:
        """Tell whether there is something to do as soon as the client takes more."""
        return bool(super().writable() or self._has_next)

    def handle_write(self) -> None:
        """Go on with an answer; when all of it was taken, with the next request."""
        super().handle_write()
        if self._has_next and not self.total_outbufs_len and self.connected:
            self._has_next = False
            self.server.add_task(self)

    def send(self, data: bytes, do_close: bool = True) -> int:  # noqa: FBT001, FBT002  Waitress passes it by place.
        """Send what the kernel takes, and count it."""
        sent: int = super().send(data, do_close)
        self._taken += sent
        return sent

    def service(self) -> None:
        """Answer one request, in a thread."""
        # Before the answer is on its way: the next request has patience of its own.
        self._answered += 1
        super().service()

    def _say_too_slow(self) -> None:
        with self.outbuf_lock:
            self.outbufs[-1].append(_TOO_SLOW)
            self.total_outbufs_len += len(_TOO_SLOW)
            self.close_when_flushed = True
