"""Processes that are there at once, for they are forked from one that has imported what takes seconds.

``python -m tests.race.nursery MODULE…`` reads what to run from its standard input, a line each, and answers with the
pid; where somebody waits for the end, a second line says how it ended.
"""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from igny8_core import importing
from tests.waiting import PATIENCE_SECONDS


class Nursery:
    """Gives birth to processes beside a test: each a module's ``main``, which finds its arguments in ``sys.argv``."""

    def __init__(self, environment: dict[str, str], log: Path, *, modules: tuple[str, ...] = ()) -> None:
        with log.open("wb") as output:
            self._mother = subprocess.Popen(
                [sys.executable, "-m", "tests.race.nursery", *modules], cwd=Path(__file__).parents[2], env=environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, bufsize=0,
            )  # fmt: skip

    def born(self, module: str, *arguments: str, log: Path) -> psutil.Process:
        """Return a new process; what it says goes into ``log``."""
        self._ask([module, str(log), *arguments], waits=False)
        return psutil.Process(self._answer())

    def ran(self, module: str, *arguments: str, log: Path, errors: Path | None = None, **environment: str) -> int:
        """Wait for a process to end by itself; returns its exit code, or the signal that ended it, less than 0.

        What it says on standard error goes into ``errors``, where that is said; ``environment`` comes on top of
        the mother's.
        """
        self._ask([module, str(log), *arguments], waits=True, errors=errors and str(errors), environment=environment)
        pid = self._answer()
        # The pipe has no buffer on this side: what was not read is still in it.
        if not select.select([self._mother.stdout], [], [], PATIENCE_SECONDS)[0]:
            os.kill(pid, signal.SIGKILL)
            raise AssertionError(f"{module} did not end. It said:\n{log.read_text()[-2_000:]}")
        return self._answer()

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

    def _ask(self, born: list[str], **how: Any) -> None:
        assert self._mother.stdin is not None
        self._mother.stdin.write(f"{json.dumps([how, *born])}\n".encode())
        self._mother.stdin.flush()

    def _answer(self) -> int:
        assert self._mother.stdout is not None
        return int(self._mother.stdout.readline())


def _live(module: str, log: str, arguments: list[str], how: dict[str, Any]) -> None:
    """Be another process: with a command line, an environment and an output of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(how.get("environment", {}))
    for stream, name in ((1, log), (2, how.get("errors"))):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if name else 1, stream)
    sys.argv = [module, *arguments]
    import_module(module).main()


def _give_birth() -> None:
    importing.begin()
    for module in sys.argv[1:]:
        import_module(module)
    for line in sys.stdin:
        how, module, log, *arguments = json.loads(line)
        if not how.get("environment"):
            import_module(module)  # The next one of it is there at once.
        # Where nobody asks how it ended, no zombie stays.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL if how["waits"] else signal.SIG_IGN)
        if (pid := os.fork()) == 0:
            _live(module, log, arguments, how)
            return
        print(pid, flush=True)  # noqa: T201
        if how["waits"]:
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    _give_birth()
