"""Processes that are there at once, for they are forked from one that has imported what takes seconds.

``python -m tests.race.nursery`` reads what to run from its standard input, a line each, and answers with the pid.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import PATIENCE_SECONDS

MODULES = (
    "tests.race.backing_up",
    "tests.race.charger",
    "tests.race.flipper",
    "tests.race.mistaken",
    "tests.race.rule_follower",
)
"""What a process may be: a module with a function ``main``, which finds its arguments in ``sys.argv``."""


class Nursery:
    """Gives birth to processes beside a test."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("wb") as output:
            self._mother = subprocess.Popen(
                [sys.executable, "-m", "tests.race.nursery"], cwd=Path(__file__).parents[2], env=environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output,
            )  # fmt: skip

    def born(self, module: str, *arguments: str, log: Path) -> psutil.Process:
        """Return a new process; what it says goes into ``log``."""
        stdin, stdout = self._mother.stdin, self._mother.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{json.dumps([module, str(log), *arguments])}\n".encode())
        stdin.flush()
        return psutil.Process(int(stdout.readline()))

    @contextmanager
    def process(self, module: str, *arguments: str, log: Path) -> Any:
        """Have a process until the block ends."""
        born = self.born(module, *arguments, log=log)
        try:
            yield born
        finally:
            if born.is_running():
                born.terminate()
                born.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        self._mother.communicate()


def _live(module: str, log: str, arguments: list[str]) -> None:
    """Be another process: with a command line and an output of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.argv = [module, *arguments]
    import_module(module).main()


def _give_birth() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody asks how they ended, and no zombie stays.
    for module in MODULES:
        import_module(module)
    for line in sys.stdin:
        module, log, *arguments = json.loads(line)
        if (pid := os.fork()) == 0:
            _live(module, log, arguments)
            return
        print(pid, flush=True)  # noqa: T201


if __name__ == "__main__":
    _give_birth()
