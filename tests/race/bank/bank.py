"""The bank: its servers, its people, and the surroundings in which they work."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg

from tests.acceptance.conftest import ROOT, until
from tests.race.bank.cluster import HASTY, Cache, Cluster, Pooler
from tests.race.bank.journal import entries_of

KINDS = ("plain", "pooled", "repeatable read", "serializable", "hasty", "replica")
"""The surroundings of a teller, one process each."""
BANKERS = ("plain", "pooled", "serializable", "replica", "hasty")


class People:
    """Processes of one kind; whoever is killed is born again under its name."""

    def __init__(self, bank: "Bank", role: str, names: tuple[str, ...]) -> None:
        self.bank = bank
        self.role = role
        self.names = names
        self.births = 0
        self._living: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = Lock()

    def begin(self) -> None:
        for name in self.names:
            self._born(name)

    def kill(self, name: str) -> None:
        with self._lock:
            self._living[name].kill()
            self._living[name].wait(20)
            self._born(name)

    def end(self) -> None:
        for each in self._living.values():
            each.send_signal(signal.SIGCONT)
            each.kill()
            each.wait(20)
        self._living.clear()

    def pid(self, name: str) -> int:
        return self._living[name].pid

    def tell(self, name: str, line: str) -> bool:
        """Give an order; False where there is nobody to take it just now."""
        try:
            stdin = self._living[name].stdin
            assert stdin is not None
            stdin.write(f"{line}\n".encode())
            stdin.flush()
        except (OSError, KeyError, ValueError):
            return False
        return True

    def _born(self, name: str) -> None:
        self.births += 1
        slug = name.replace(" ", "-")
        with (self.bank.folder / f"{self.role}-{slug}.log").open("ab") as log:
            self._living[name] = subprocess.Popen(
                [sys.executable, "-m", f"tests.race.bank.{self.role}", slug,
                 str(self.bank.folder / f"{self.role}-{slug}.journal")],
                cwd=ROOT, env=self.bank.environment(name), stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip


class Bank:
    """Everything that runs, on servers of its own."""

    def __init__(self, folder: Path, *, dumped: bytes) -> None:
        self.folder = folder
        self.cache = Cache(folder)
        self.cache.start()
        self.tellers = People(self, "teller", KINDS)
        self.bankers = People(self, "banker", BANKERS)
        self.clusters: list[Cluster] = []
        self.pooler: Pooler | None = None
        self.open_at(dumped)

    @property
    def cluster(self) -> Cluster:
        return self.clusters[-1]

    def open_at(self, dumped: bytes) -> None:
        """Open on a new server that holds what was dumped."""
        cluster = Cluster(self.folder / f"cluster-{len(self.clusters)}")
        cluster.start()
        cluster.restore(dumped)
        cluster.prepare_others()
        self.clusters.append(cluster)
        self.pooler = Pooler(self.folder, cluster)
        self.pooler.start()
        self.tellers.begin()
        self.bankers.begin()

    def close(self) -> None:
        """Send everybody home; the servers stay."""
        self.tellers.end()
        self.bankers.end()
        if self.pooler is not None:
            self.pooler.end()

    def move(self) -> None:
        """Go on at another server, with what a dump of this one holds."""
        self.close()
        dumped = self.cluster.dump()
        self.cluster.end()
        self.open_at(dumped)

    def end(self) -> None:
        self.close()
        self.cache.end()
        for cluster in self.clusters:
            cluster.remove()

    def environment(self, kind: str) -> dict[str, str]:
        direct = self.cluster.url(user=HASTY if kind == "hasty" else "igny8")
        assert self.pooler is not None
        return os.environ | {
            "BANK_KIND": kind,
            "DJANGO_SETTINGS_MODULE": "tests.race.bank.settings",
            "DATABASE_URL": self.pooler.url() if kind == "pooled" else direct,
            "HARNESS_LISTEN_URL": direct if kind == "pooled" else "",
            "REDIS_URL": self.cache.server.url(),
            "IGNY8_ENV": "local",
        }

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what the database answers; nothing where it is down."""
        try:
            with self.cluster.connect() as connection:
                return connection.execute(sql).fetchall()
        except psycopg.Error:
            return []

    def manage(self, *arguments: str) -> str:
        """Run a command as a person does, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment("plain"), capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def charges(self) -> int:
        rows = self.ask("SELECT count(*) FROM billing_credittransaction WHERE operation_id LIKE 'bank:%'")
        return rows[0][0] if rows else 0

    def obeyed(self) -> list[dict[str, Any]]:
        """Return what the bankers' commands said."""
        return [entry for entry in entries_of(self.folder, "banker-*.journal") if "obeyed" in entry]

    def wait_until_everybody_works(self) -> None:
        """Wait until each teller has charged, and each banker has ended a command."""
        done = len(self.obeyed())
        for name in self.bankers.names:
            self.bankers.tell(name, "back")
        before = {name: self._lines(name) for name in self.tellers.names}
        until(lambda: all(self._lines(name) > before[name] for name in self.tellers.names), seconds=180)
        until(lambda: len(self.obeyed()) >= done + len(self.bankers.names), seconds=180)

    def _lines(self, teller: str) -> int:
        journal = self.folder / f"teller-{teller.replace(' ', '-')}.journal"
        return journal.read_bytes().count(b'"done"') if journal.exists() else 0
