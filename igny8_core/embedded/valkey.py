"""The embedded Valkey 9: start, stop, and see who is connected."""

import os
import signal
import subprocess
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from igny8_core.embedded.binaries import valkey_server
from igny8_core.embedded.errors import EmbeddedError, ServerFailed
from igny8_core.embedded.folders import private_folder, run_dir, socket_path
from igny8_core.embedded.processes import (
    ENVIRONMENT,
    own_connections,
    rotate,
    running_pid,
    tail,
    wait_until,
)

_WAIT_SECONDS = 30


class Valkey:
    """The Valkey of this checkout. Its methods are called under the lock of ``holding``."""

    name = "Valkey"
    url_variable = "REDIS_URL"

    def __init__(self) -> None:
        self.home = private_folder(run_dir() / "valkey")
        self.log = self.home / "valkey.log"
        self.socket = socket_path(self.home, "valkey.sock")
        self._pid_file = self.home / "valkey.pid"

    def url(self) -> str:
        """Return the URL of its first key space, as redis-py and Django's cache spell it."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def pid(self) -> int | None:
        """Return the pid of the running server, or None."""
        return running_pid(self._pid_file, folder=self.home)

    def answers(self) -> bool:
        """Say whether the server takes commands."""
        import redis  # noqa: PLC0415  Settings import this module and must stay cheap.

        with suppress(redis.RedisError):
            return bool(self._client().ping())
        return False

    def start(self) -> None:
        """Bring the server up; do nothing if it is. Raises ServerFailed."""
        if self.answers():
            return
        if self.pid() is None:
            self._launch()
        if not wait_until(self.answers, wait_seconds=_WAIT_SECONDS):
            raise ServerFailed(
                f"Valkey does not answer (process {self.pid()}). The end of {self.log}:\n{tail(self.log)}\n"
                "End that process or correct what the log names, or give a server of your own in REDIS_URL."
            )

    def stop(self) -> None:
        """Stop the server after it has written its data; do nothing if it is down. Raises ServerFailed."""
        pid = self.pid()
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: self.pid() is None, wait_seconds=_WAIT_SECONDS):
            raise ServerFailed(
                f"Valkey (process {pid}) did not stop within {_WAIT_SECONDS} seconds; "
                f"`kill -KILL {pid}` ends it. The end of {self.log}:\n{tail(self.log)}"
            )

    def used_by_others(self) -> bool:
        """Say whether a process other than this one is connected."""
        import redis  # noqa: PLC0415

        with suppress(redis.RedisError), self._client() as client:
            return len(client.client_list()) > own_connections(self.socket)
        return False

    def _client(self) -> Any:
        import redis  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def _launch(self) -> None:
        rotate(self.log)
        command = [
            *(str(valkey_server()), "--port", "0", "--daemonize", "yes"),
            *("--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            # Queued tasks survive a restart, and a crash except for its last second.
            *("--appendonly", "yes", "--save", "", "--dir", str(self.home)),
            *("--pidfile", str(self._pid_file), "--logfile", str(self.log)),
        ]
        done = subprocess.run(
            command,
            cwd=self.home,
            env=dict(ENVIRONMENT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
            timeout=_WAIT_SECONDS,
            umask=0o077,
        )
        if done.returncode:
            raise EmbeddedError(f"valkey-server refused to start:\n{done.stdout.strip()}")
