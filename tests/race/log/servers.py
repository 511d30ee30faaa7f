"""Other servers of PostgreSQL, and the ways on which a database gets from one to another."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from igny8_core.embedded.account import server_account
from igny8_core.embedded.binaries import as_server_account, postgres_programs

USER = "igny8"
XIDS_PER_PAGE = 32_768
OPTIONS = "-c listen_addresses='' -c wal_level=logical -c max_prepared_transactions=5 -c fsync=off"


class Server:
    """A server of its own in a folder of its own, with a counter that begins where initdb lets it begin."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.data = self.folder / "data"
        if account := server_account():
            os.chown(self.folder, account.pw_uid, -1)

    def initialise(self) -> "Server":
        self.program(
            "initdb", "-D", self.data, "-U", USER, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"
        )
        return self

    def copy(self, other: "Server | None") -> None:
        """Begin with the data of another server, which is stopped; None: with none."""
        if other is not None:
            shutil.copytree(other.data, self.data)
        if (account := server_account()) and other is not None:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, account.pw_uid, -1)

    def count_from(self, number: int) -> None:
        """Have the stopped server's counter go on at this number, a multiple of the numbers of a page of its log."""
        assert number % XIDS_PER_PAGE == 0
        self.program("pg_resetwal", "-x", str(number), "-D", self.data)

    def start(self) -> "Server":
        options = f"{OPTIONS} -c unix_socket_directories={self.folder}"
        self.program("pg_ctl", "start", "-D", self.data, "-l", self.folder / "log", "-w", "-t", "120", "-o", options)
        return self

    def stop(self) -> None:
        self.program("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "120")

    def remove(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.program("pg_ctl", "stop", "-D", self.data, "-m", "immediate", "-w")
        shutil.rmtree(self.folder)

    def program(self, name: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's programs as the servers' account; returns what it says."""
        # A file and no pipe: a server that stays would hold it open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(postgres_programs() / name), *map(str, arguments)],
                cwd=self.folder,
                env={"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **as_server_account(),
            )
            output.seek(0)
            said = output.read().decode()
        assert done.returncode == 0, said
        return said

    def address(self, database: str) -> tuple[str, ...]:
        return "-h", str(self.folder), "-U", USER, "-d", database


def connect_to(server: Server) -> psycopg.Connection:
    """Return a connection to the log's database on a server."""
    return psycopg.connect(host=str(server.folder), user=USER, dbname="moved", autocommit=True)


@contextmanager
def using(server: Server, database: str):
    """Let Django be connected to another server's database."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"HOST": str(server.folder), "PORT": "", "USER": USER, "PASSWORD": "", "NAME": database}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= before


def dumped_from_here(server: Server) -> Path:
    """Dump the database that Django is connected to, as ``docs/how-to/back-up-and-move.md`` says."""
    settings, dump = connection.settings_dict, server.folder / "dump"
    user = settings["USER"] or "postgres"
    source = ("-h", settings["HOST"], "-U", user, "-d", settings["NAME"])
    if settings["PORT"]:
        source += ("-p", str(settings["PORT"]))
    server.program("pg_dump", *source, "--format=custom", "-f", dump)
    return dump


def restored(server: Server, dump: Path, database: str) -> None:
    """Restore a dump into a new database, with few numbers of the server's counter."""
    server.program("createdb", "-h", server.folder, "-U", USER, database)
    server.program("pg_restore", *server.address(database), "--no-owner", "--single-transaction", dump)
