"""The embedded Valkey 9: start, stop, and see who is connected."""

import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from igny8_core.embedded.account import server_account
from igny8_core.embedded.binaries import as_server_account, valkey_server
from igny8_core.embedded.errors import EmbeddedError, ServerFailed
from igny8_core.embedded.folders import earlier_home, run_dir, server_home, set_aside, socket_path
from igny8_core.embedded.processes import (
    ENVIRONMENT,
    own_connections,
    rotate,
    running_pid,
    tail,
    wait_until,
)
from igny8_core.embedded.taking_over import move_in
from igny8_core.kept_secrets import kept_secret

_WAIT_SECONDS = 30
_ANSWER_SECONDS = 5
_DATA = "appendonlydir"


class Valkey:
    """The Valkey of this checkout. Its methods are called under the lock of ``holding``."""

    name = "Valkey"
    url_variable = "REDIS_URL"

    def __init__(self) -> None:
        self._set_aside()
        self.home = server_home("valkey")
        self.log = self.home / "valkey.log"
        self.socket = socket_path(self.home, "valkey.sock")
        self._pid_file = self.home / "valkey.pid"
        self._earlier = earlier_home("valkey")
        self._password = kept_secret("valkey-password", run_dir=run_dir())

    def url(self) -> str:
        """Return the URL of its first key space, as redis-py and Django's cache spell it."""
        return f"unix://:{self._password}@{quote(str(self.socket))}?db=0"

    def pid(self) -> int | None:
        """Return the pid of the running server, or None."""
        return running_pid(self._pid_file, folder=self.home)

    def answers(self) -> bool:
        """Say whether the server takes commands."""
        # Each command asks, and would load the library for this alone.
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(str(self.socket))
            connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
        return False

    def start(self) -> None:
        """Bring the server up; do nothing if it is. Raises ServerFailed."""
        if self.answers():
            return
        if self.pid() is None:
            self._take_over()
            self._launch()
        elif self._knows_no_password():
            raise ServerFailed(_of_an_earlier_version(self.pid()))
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

    def _knows_no_password(self) -> bool:
        import redis  # noqa: PLC0415

        try:
            self._client().ping()
        except redis.AuthenticationError:
            return True
        except redis.RedisError:
            return False
        return False

    def _set_aside(self) -> None:
        """Set the folder aside in which root's server of an earlier version had its data."""
        place = run_dir() / "valkey"
        if not place.is_symlink() and os.geteuid() == 0 and (pid := running_pid(place / "valkey.pid", folder=place)):
            raise ServerFailed(_of_an_earlier_version(pid))
        set_aside("valkey")

    def _take_over(self) -> None:
        """Move in what root's server of an earlier version has kept."""
        account = server_account()
        if account and self._earlier.is_dir():
            if (self._earlier / _DATA).is_dir():
                move_in(self._earlier / _DATA, self.home / _DATA, owner=account)
            shutil.rmtree(self._earlier)

    def _client(self) -> Any:
        import redis  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        return redis.Redis(
            unix_socket_path=str(self.socket),
            password=self._password,
            socket_timeout=_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    def _launch(self) -> None:
        rotate(self.log)
        # One that is left from before may be another user's, and the server could not write its own into it.
        self._pid_file.unlink(missing_ok=True)
        command = [
            *(str(valkey_server()), "--port", "0", "--daemonize", "yes"),
            *("--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            # Queued tasks survive a restart, and a crash except for its last second.
            *("--appendonly", "yes", "--save", "", "--dir", str(self.home)),
            *("--pidfile", str(self._pid_file), "--logfile", str(self.log)),
            "-",
        ]
        done = subprocess.run(
            command,
            cwd=self.home,
            env=dict(ENVIRONMENT),
            # Its arguments can be seen by everybody on this machine.
            input=f"requirepass {self._password}\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
            timeout=_WAIT_SECONDS,
            **as_server_account(),
        )
        if done.returncode:
            raise EmbeddedError(f"valkey-server refused to start:\n{done.stdout.strip()}")


def _of_an_earlier_version(pid: int | None) -> str:
    return (
        f"Valkey (process {pid}) was started by an earlier version, which asked for no password. Stop the service that "
        f"uses it, or end it with `kill {pid}`, then try again; what it keeps is taken over."
    )
