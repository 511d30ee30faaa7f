"""A Gunicorn worker whose connections are kept by Waitress: bound requests and answers are buffered as a whole."""

import logging
import os
import time
from typing import Any, Final, cast

from gunicorn.config import Config
from gunicorn.sock import BaseSocket
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments

from igny8_core.web.forwarded import scheme_of_the_proxy
from igny8_core.web.lanes import Lanes, lane_of
from igny8_core.web.server import OTHER_SOCKETS, Listening, listen

_LOOK_SECONDS: Final = 1.0
MAX_HEAD_BYTES: Final = 32 * 1024
MAX_BODY_BYTES: Final = 1024**3
"""Whatever is larger than half a megabyte lies on disk, answers too, so that no thread has to wait for a client."""


class BufferingWorker(Worker):
    """One process: a loop that reads requests and writes answers, and threads that see whole requests alone."""

    @classmethod
    def check_config(cls, cfg: Config, log: Any) -> None:  # noqa: ARG003  Gunicorn passes it.
        """Refuse what this worker does not do."""
        if cfg.is_ssl:
            raise SystemExit("This worker speaks no TLS: leave out certfile and keyfile, and let a proxy do it.")

    def run(self) -> None:
        """Serve until told to stop; then answer whoever has asked, for as long as Gunicorn's graceful_timeout."""
        lane_of("/")  # Reads all addresses, so that nobody waits for it later.
        sockets: dict[int, Any] = {}
        servers = self._listen(sockets)
        while self.alive and self.ppid == os.getppid():
            self._turn(sockets)
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while sum(server.finish() for server in servers) and time.monotonic() < deadline:
            self._turn(sockets)

    def _listen(self, sockets: dict[int, Any]) -> list[Listening]:
        logging.getLogger("waitress").setLevel(self.cfg.loglevel.upper())
        lanes = Lanes(ordinary_threads=self.cfg.threads)
        application = scheme_of_the_proxy(self.wsgi, self.cfg)
        return [
            listen(each.sock, application, lanes=lanes, adjustments=self._adjustments(), map=sockets)
            for each in cast("list[BaseSocket]", self.sockets)
        ]

    def _turn(self, sockets: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=_LOOK_SECONDS, use_poll=True, map=sockets, count=1)

    def _adjustments(self) -> Adjustments:
        return Adjustments(
            backlog=self.cfg.backlog,
            connection_limit=self.cfg.worker_connections + OTHER_SOCKETS,
            cleanup_interval=1,
            max_request_header_size=MAX_HEAD_BYTES,
            max_request_body_size=MAX_BODY_BYTES,
            outbuf_high_watermark=MAX_BODY_BYTES,
            # Whom to believe in which header is said by Django's settings.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,
            ident="",
        )
