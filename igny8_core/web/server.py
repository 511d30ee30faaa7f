"""A socket that clients connect to, in one worker process; there is always room for one more client."""

import socket
import time
from typing import Any, Final, cast

from waitress.adjustments import Adjustments
from waitress.server import BaseWSGIServer, TcpWSGIServer, UnixWSGIServer

from igny8_core.web.connection import Connection
from igny8_core.web.patience import Waiting

OTHER_SOCKETS: Final = 16
"""Of a worker's loop, at most: those that it listens on, and one for each to be woken by."""


class Listening(BaseWSGIServer):
    """Takes connections in, ends those that are too slow, and the slowest where there are too many."""

    channel_class = Connection

    def readable(self) -> bool:
        """Tell whether another client may come; makes room first."""
        if self.accepting and len(self._connections()) >= self.adj.connection_limit - OTHER_SOCKETS:
            self._end_the_slowest()
        return bool(super().readable())

    def maintenance(self, now: float) -> None:  # noqa: ARG002  Waitress's clock may be set back.
        """Look once a second who is too slow."""
        present = time.monotonic()
        for connection in self._connections():
            connection.end_if_slow(present)

    def add_task(self, task: Any) -> None:
        """Have a connection's next request answered."""
        if not task.wait_with_next():
            super().add_task(task)

    def finish(self) -> int:
        """Take nobody in any more, let go whom we owe nothing, and return how many are left."""
        self.accepting = False
        for connection in self._connections():
            if connection.waiting is Waiting.HEAD and connection.request is None:
                connection.handle_close()
        return len(self._connections())

    def _connections(self) -> list[Connection]:
        return list(cast("dict[int, Connection]", self.active_channels).values())

    def _end_the_slowest(self) -> None:
        slow = [connection for connection in self._connections() if connection.waiting is not None]
        if slow:
            min(slow, key=lambda connection: connection.since).handle_close()


class _Tcp(Listening, TcpWSGIServer):
    pass


class _Unix(Listening, UnixWSGIServer):
    pass


def listen(bound: socket.socket, application: Any, *, lanes: Any, adjustments: Adjustments, map: Any) -> Listening:  # noqa: A002
    """Take clients of a socket that is bound already; ``map`` has the sockets of one worker's loop."""
    kind = _Unix if bound.family == socket.AF_UNIX else _Tcp
    about = (bound.family, bound.type, bound.proto, bound.getsockname())
    return kind(application, map=map, _sock=bound, dispatcher=lanes, adj=adjustments, sockinfo=about, bind_socket=False)
