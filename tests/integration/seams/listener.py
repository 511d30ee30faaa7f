"""What a side could talk to past Django: a server, a connection that is open already, a connection of the driver's."""

import socket
from contextlib import suppress
from pathlib import Path

import psycopg


class Listener:
    """Listens by every protocol, and holds what a service holds open: made before any side runs."""

    def __init__(self, folder, parameters):
        self.by_tcp = self._listening(socket.AF_INET, ("127.0.0.1", 0))
        self.port = self.by_tcp.getsockname()[1]
        self.path = str(folder / "cache" / "socket")
        Path(self.path).parent.mkdir(exist_ok=True)
        self.by_path = self._listening(socket.AF_UNIX, self.path)
        self.by_udp = socket.socket(type=socket.SOCK_DGRAM)
        self.by_udp.bind(("127.0.0.1", self.port))
        self.by_udp.setblocking(False)
        self.held = socket.create_connection(("127.0.0.1", self.port), timeout=1)
        self.by_tcp.setblocking(True)
        self.peer, _ = self.by_tcp.accept()
        self.by_tcp.setblocking(False)
        self.peer.setblocking(False)
        self.parameters = parameters
        self.driver = psycopg.connect(**parameters, autocommit=True)

    @staticmethod
    def _listening(family, address):
        made = socket.socket(family)
        made.bind(address)
        made.listen()
        made.setblocking(False)
        return made

    def heard(self):
        """What has come in by any of them since the last time."""
        heard = []
        for name, server in (("tcp", self.by_tcp), ("path", self.by_path)):
            with suppress(BlockingIOError):
                while True:
                    server.accept()[0].close()
                    heard.append(name)
        for name, end in (("udp", self.by_udp), ("held", self.peer)):
            with suppress(BlockingIOError):
                heard.append((name, end.recv(100)))
        return heard

    def close(self):
        for each in (self.by_tcp, self.by_path, self.by_udp, self.held, self.peer, self.driver):
            each.close()


here = None
"""The listener of the world that is there."""


def open_for(folder, parameters):
    global here  # noqa: PLW0603  Sides are module constants, and have no other way to it.
    here = Listener(folder, parameters)
    return here
