"""Processes that charge, are killed with -9, and are started again: a replay, web processes, workers."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil

from igny8_core.business.billing.models import CreditTransaction
from tests.acceptance.conftest import ROOT, end, start, until
from tests.waiting import PATIENCE_SECONDS

TRACE = ROOT / "data" / "azure_llm_inference_conv_2023.csv"
PROCESSES = 2


class Mortal:
    """One kind of process, in a session of its own, so that nothing of it outlives the test."""

    kind: str
    prefix: str
    """What the ids of its charges begin with."""

    def __init__(self, logs: Path) -> None:
        self.log = logs / f"{self.kind}.log"
        self.born()

    def command(self) -> list[str]:
        raise NotImplementedError

    def born(self) -> None:
        """Start it, and remember what was charged before."""
        self.charged_before = self.charged()
        self.process = start(*self.command(), log=self.log, mode="ab", start_new_session=True)

    def charged(self) -> int:
        return CreditTransaction.objects.filter(operation_id__startswith=self.prefix).count()

    def is_charging(self) -> bool:
        """Tell whether it has charged since it was started; it has not ended by itself."""
        assert self.process.poll() is None, self.told()
        return self.charged() > self.charged_before

    def killed(self, chance: Random) -> str:
        """Kill it while it charges, whole or one of its children, and see that it goes on; returns which."""
        until(self.is_charging)
        time.sleep(chance.random() * 0.2)
        children = self.children()
        if children and chance.random() < 0.5:
            os.kill(chance.choice(children), signal.SIGKILL)
            self.charged_before = self.charged()
            return f"one {self.kind} process"
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)
        self.born()
        return f"{self.kind} whole"

    def children(self) -> list[int]:
        return sorted(child.pid for child in psutil.Process(self.process.pid).children())

    def ended(self) -> None:
        """Let it end in an orderly way; what is left of its session is killed."""
        end(self.process)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def told(self) -> str:
        return self.log.read_text(errors="replace")[-2_000:]


class Web(Mortal):
    """Gunicorn with preload; each request is a charge."""

    kind, prefix = "web", "load:web:"

    def __init__(self, logs: Path, *, port: int) -> None:
        self.port = port
        super().__init__(logs)

    def command(self) -> list[str]:
        application = ["tests.race.charging_app:application", "--preload", "--workers", str(PROCESSES)]
        return ["-m", "gunicorn", *application, "--bind", f"127.0.0.1:{self.port}"]


class Worker(Mortal):
    """A Celery worker that forks."""

    kind, prefix = "worker", "load:task:"

    def command(self) -> list[str]:
        quick = ["--without-mingle", "--without-gossip"]
        return ["-m", "celery", "-A", "igny8_core", "worker", "--concurrency", str(PROCESSES), *quick]


class Replay(Mortal):
    """Replays of the same rows, one run after another; one that was killed is resumed."""

    kind, prefix = "replay", "replay:killed-"

    def __init__(self, logs: Path, *, rows: int) -> None:
        self.rows, self.runs = rows, 1
        super().__init__(logs)

    def command(self) -> list[str]:
        limit = ["--limit", str(self.rows), "--images", "10"]
        return ["manage.py", "harness", "replay", str(TRACE), "--run", f"killed-{self.runs}", *limit]

    def is_charging(self) -> bool:
        if self.process.poll() == 0:
            self.runs += 1
            self.born()
        return super().is_charging()

    def children(self) -> list[int]:
        return []

    def finish(self) -> None:
        """Let the last run come to its end."""
        try:
            assert self.process.wait(300) == 0, self.told()
        except subprocess.TimeoutExpired:
            raise AssertionError(self.told()) from None
