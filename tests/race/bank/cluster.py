"""Servers of the bank's own: to be crashed, dumped, restored and stopped as no other test would like."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import psycopg

from igny8_core.embedded.binaries import as_server_account, postgres_programs
from igny8_core.embedded.postgres import Postgres
from igny8_core.embedded.processes import ENVIRONMENT, pids_in, wait_until
from igny8_core.embedded.valkey import Valkey

REPLICA = "igny8_replica"
HASTY = "hasty"
"""A role whose own timeouts are shorter than any of ours."""


class Cluster:
    """A PostgreSQL that nobody else uses."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        with mock.patch.dict(os.environ, IGNY8_RUN_DIR=str(folder)):
            self.server = Postgres()

    def start(self) -> None:
        self.server.start()

    def url(self, *, user: str = "igny8", database: str = "igny8") -> str:
        return f"postgres://{user}@{quote(str(self.server.socket.parent), safe='')}:5432/{database}"

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.url(), autocommit=True, connect_timeout=10)

    def crash(self) -> None:
        """Kill every process of the server at once, and start it again: it recovers from its log."""
        for pid in pids_in(self.server.data):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not pids_in(self.server.data), wait_seconds=60)
        self.start()

    def end(self) -> None:
        self.server.stop()

    def remove(self) -> None:
        """Stop it, and leave nothing of it: as root its data is outside of any test's folder."""
        self.end()
        shutil.rmtree(self.server.home, ignore_errors=True)

    def program(self, name: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [postgres_programs() / name, *arguments], capture_output=True, check=False, cwd="/", env=ENVIRONMENT,
            **as_server_account(), **options,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()[-2_000:]
        return done

    def dump(self, url: str | None = None) -> bytes:
        return self.program("pg_dump", "--format=custom", "--no-owner", f"--dbname={url or self.url()}").stdout

    def restore(self, dumped: bytes) -> None:
        self.program("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={self.url()}", input=dumped)

    def prepare_others(self) -> None:
        """Make a replica that lags for ever, and a role in a hurry."""
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {REPLICA} TEMPLATE igny8")
            connection.execute(f"CREATE ROLE {HASTY} SUPERUSER LOGIN")
            connection.execute(f"ALTER ROLE {HASTY} SET lock_timeout = '40ms'")
            connection.execute(f"ALTER ROLE {HASTY} SET statement_timeout = '150ms'")


class Cache:
    """A Valkey that nobody else uses."""

    def __init__(self, folder: Path) -> None:
        with mock.patch.dict(os.environ, IGNY8_RUN_DIR=str(folder)):
            self.server = Valkey()

    def start(self) -> None:
        self.server.start()

    def kill(self) -> None:
        if pid := self.server.pid():
            os.kill(pid, signal.SIGKILL)

    def hang(self) -> None:
        """Leave it there, without an answer to anybody."""
        if pid := self.server.pid():
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        if pid := self.server.pid():
            os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        self.go_on()
        self.server.stop()
        shutil.rmtree(self.server.home, ignore_errors=True)


class Pooler:
    """PgBouncer in transaction mode before a cluster."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.home = cluster.server.home
        self.config = self.home / "pooler.ini"
        self.config.write_text(
            "[databases]\n"
            f"igny8 = host={cluster.server.socket.parent} port=5432 dbname=igny8 user=igny8\n"
            "[pgbouncer]\n"
            f"unix_socket_dir = {self.home}\nlisten_port = 6432\nlisten_addr =\n"
            "auth_type = any\npool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\n"
            "ignore_startup_parameters = extra_float_digits,options\nserver_reset_query =\n"
            # Its own 15 seconds are how long nobody gets through after the server was gone for a moment.
            "server_login_retry = 1\n"
        )
        self.config.chmod(0o644)
        self.log = folder / "pooler.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["pgbouncer", str(self.config)], stdout=log, stderr=log, cwd="/", **as_server_account()
            )

    def url(self) -> str:
        return f"postgres://igny8@{quote(str(self.home), safe='')}:6432/igny8"

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
