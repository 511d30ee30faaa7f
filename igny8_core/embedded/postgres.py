"""The embedded PostgreSQL 18: initialise, start, stop, and see who is connected."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

from igny8_core.embedded.account import earlier_account, own_name, server_account
from igny8_core.embedded.binaries import as_server_account, postgres_programs
from igny8_core.embedded.errors import EmbeddedError, ServerFailed
from igny8_core.embedded.folders import server_home, socket_path
from igny8_core.embedded.processes import (
    ENVIRONMENT,
    own_connections,
    pids_in,
    rotate,
    running_pid,
    tail,
    wait_until,
)
from igny8_core.embedded.taking_over import take_over

_WAIT_SECONDS = 60
_PORT = 5432  # Only part of the socket's name: nothing listens on the network.
_NAME = "igny8"
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "track_commit_timestamp": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

_WRITTEN = "# Written at each start of the embedded server.\n"
# The kernel says which user is at the other end of a socket. There is no other way in: it listens on no network.
_WHO_IS_ASKED = f"{_WRITTEN}local all all peer map={_NAME}\nlocal replication all peer map={_NAME}\n"


class Postgres:
    """The PostgreSQL of this checkout. Its methods are called under the lock of ``holding``."""

    name = "PostgreSQL"
    url_variable = "DATABASE_URL"

    def __init__(self) -> None:
        self.home = server_home("postgres")
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.socket = socket_path(self.home, f".s.PGSQL.{_PORT}")

    def url(self) -> str:
        """Return the URL of the database ``igny8``; the kernel tells the server who connects, so it has no password."""
        return f"postgres://{_NAME}@{quote(str(self.socket.parent), safe='')}:{_PORT}/{_NAME}"

    def pid(self) -> int | None:
        """Return the pid of the running server, or None."""
        return running_pid(self.data / "postmaster.pid", folder=self.data)

    def answers(self) -> bool:
        """Say whether the server takes connections."""
        import psycopg  # noqa: PLC0415  Settings import this module and must stay cheap.

        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Bring the server up with its database; do nothing if it is. Raises ServerFailed."""
        if not self.answers() and not self._settled():
            self._take_over()
            if not self.data.exists():
                self._initialise()
            self._admit()
            self._launch()
        self._create_database()

    def stop(self) -> None:
        """Stop the server, ending its connections; do nothing if it is down. Raises ServerFailed."""
        if self.pid() is None:
            return
        self._program("pg_ctl", "stop", "-m", "fast", "-w", "-t", str(_WAIT_SECONDS))
        if pid := self.pid():
            raise ServerFailed(
                f"PostgreSQL (process {pid}) did not stop within {_WAIT_SECONDS} seconds; "
                f"`kill -QUIT {pid}` ends it at once. The end of {self.log}:\n{tail(self.log)}"
            )

    def used_by_others(self) -> bool:
        """Say whether a process other than this one is connected."""
        import psycopg  # noqa: PLC0415

        query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        try:
            with self._connect("postgres") as connection:
                row = connection.execute(query).fetchone()
                return bool(row) and row[0] > own_connections(self.socket)
        except psycopg.OperationalError:
            return False

    def query(self, sql: str) -> Any:
        """Run one statement in the service's database and return the first value of its result."""
        with self._connect(_NAME) as connection:
            cursor = connection.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _connect(self, database: str) -> Any:
        import psycopg  # noqa: PLC0415

        return psycopg.connect(
            host=str(self.socket.parent),
            port=_PORT,
            user=_NAME,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def _settled(self) -> bool:
        """Wait for a server that is starting, stopping or dying; say whether it is up in the end."""
        wait_until(lambda: self.answers() or not pids_in(self.data), wait_seconds=_WAIT_SECONDS)
        if self.answers():
            return True
        if pids := pids_in(self.data):
            ids = " ".join(map(str, pids))
            raise ServerFailed(
                f"PostgreSQL runs but does not answer. `kill -QUIT {ids}` ends it, then try again. "
                f"The end of {self.log}:\n{tail(self.log)}"
            )
        # PostgreSQL would refuse to start if the pid of a killed one belonged to somebody else now.
        for left_over in (self.data / "postmaster.pid", Path(f"{self.socket}.lock")):
            left_over.unlink(missing_ok=True)
        return False

    def _take_over(self) -> None:
        """Make a folder ours that an earlier version has left to its account."""
        account, earlier = server_account(), earlier_account()
        if account and earlier and self.home.stat().st_uid == earlier.pw_uid:
            take_over(self.home, owner=account, earlier=earlier)

    def _admit(self) -> None:
        """Say who gets in, at each start: a folder of an earlier version let in whoever could enter it."""
        names = dict.fromkeys((own_name(), *((account.pw_name,) if (account := server_account()) else ())))
        self._write("pg_hba.conf", _WHO_IS_ASKED)
        self._write("pg_ident.conf", _WRITTEN + "".join(f"{_NAME} {_quoted(name)} all\n" for name in names))

    def _write(self, name: str, content: str) -> None:
        """Write a file of the data folder as its owner: whatever is in that folder, root follows no link in it."""
        subprocess.run(
            ["/bin/sh", "-c", 'cat > "$1"', "sh", name],
            cwd=self.data,
            env=dict(ENVIRONMENT),
            input=content.encode(),
            check=True,
            **as_server_account(),
        )

    def _initialise(self) -> None:
        """Create the data folder under a temporary name: a killed attempt leaves nothing half-done."""
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        done = self._program(
            *("initdb", "-D", draft, "-U", _NAME, "--auth-local=peer", "--auth-host=reject"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        if done.returncode:
            raise ServerFailed(f"initdb could not create a database in {self.home}:\n{done.stdout.strip()}")
        draft.rename(self.data)

    def _launch(self) -> None:
        rotate(self.log)
        settings = {**_SETTINGS, "unix_socket_directories": f'"{self.socket.parent}"'}
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        done = self._program(
            *("pg_ctl", "start", "-l", self.log.name, "-o", options),
            *("-w", "-t", str(_WAIT_SECONDS)),
        )
        if done.returncode:
            raise ServerFailed(
                f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}\n"
                "Correct what it names, or give a server of your own in DATABASE_URL."
            )

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_NAME])
            if not found.fetchone():
                connection.execute(f"CREATE DATABASE {_NAME}")

    def _program(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs in a session of its own, away from the terminal's Ctrl-C."""
        try:
            return subprocess.run(
                [postgres_programs() / name, *arguments],
                # pg_ctl hands its arguments to a shell with too little quoting, so no path is among them.
                cwd=self.home,
                env={**ENVIRONMENT, "PGDATA": str(self.data)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                start_new_session=True,
                timeout=2 * _WAIT_SECONDS,
                **as_server_account(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedError(
                f"PostgreSQL's {name} could not be run: {error}. "
                "Work as an ordinary user, or give a server of your own in DATABASE_URL."
            ) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
