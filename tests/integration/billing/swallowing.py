"""A way to the server that swallows the answers of some of its processes, as if they were stopped."""

import socket
import threading
from contextlib import suppress

from django.db import connection


class Swallowing:
    """Listens on a port of its own and passes on what comes; of connections that are ``stopped`` no answer comes back.

    ``asked`` is set when one of them was asked something.
    """

    def __init__(self):
        self.asked = threading.Event()
        self._stopped = set()
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._serve(self._accept)

    def stop(self):
        """From now on nobody answers on the connections that there are; a new one finds its server."""
        self._stopped = set(self._open)

    def close(self):
        """End all that is passed through here."""
        for each in [self._listener, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self):
        while True:
            client, server = self._listener.accept()[0], _connected()
            self._open += [client, server]
            self._serve(lambda client=client, server=server: self._ask(client, server))
            self._serve(lambda client=client, server=server: self._answer(server, client))

    def _ask(self, client, server):
        while data := client.recv(65_536):
            server.sendall(data)
            if client in self._stopped:
                self.asked.set()

    def _answer(self, server, client):
        while data := server.recv(65_536):
            if client not in self._stopped:
                client.sendall(data)

    def _serve(self, work):
        def until_closed():
            with suppress(OSError):
                work()

        threading.Thread(target=until_closed, daemon=True).start()


def _connected():
    """Return a socket to the server: its host may be the folder of a Unix socket."""
    settings = connection.settings_dict
    host, port = settings["HOST"] or "localhost", settings["PORT"] or 5432
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server
