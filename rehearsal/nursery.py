"""Commands of a tree as processes that are there at once: forked from one that has imported what takes seconds.

``python -m rehearsal.nursery``, in the tree, reads what to run from its standard input, a line each, and answers how it
ended. Each command is a process of its own, with a lease of its own and an end of its own, as at the prompt.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

from rehearsal.failed import Failed

_STREAMS: Final = ("in", "out", "err")
_KILLED: Final = -9


class Nursery:
    """Runs commands of a tree until its block ends."""

    def __init__(self, *, python: str, tree: Path, environment: Mapping[str, str], log: Path) -> None:
        self._words = [python, "-P", "-m", "rehearsal.nursery"]
        self._tree, self._environment, self._log = tree, environment, log

    def __enter__(self) -> Self:
        """Start the process that imports."""
        self._folder = TemporaryDirectory()
        with self._log.open("ab") as log:
            self._mother = subprocess.Popen(
                self._words, cwd=self._tree, env=self._environment, bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        if self._mother.stdin is None or self._mother.stdout is None:
            raise Failed("The process that bears commands has no pipes.")
        self._told_to, self._heard_from = self._mother.stdin, self._mother.stdout
        return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        self._mother.communicate()
        self._folder.cleanup()

    def run(
        self, module: str, *words: str, said: str = "", environment: Mapping[str, str], timeout_seconds: float
    ) -> "subprocess.CompletedProcess[str]":
        """Run the function ``main`` of a module with a command line, and return what it said, as ``subprocess`` does.

        One that is not done in time is killed, and its exit code is that of the signal.
        """
        streams = {name: Path(self._folder.name) / name for name in _STREAMS}
        streams["in"].write_text(said)
        self._ask({"module": module, "words": words, "environment": dict(environment), "folder": self._folder.name})
        pid = self._answer()
        if not select.select([self._heard_from], [], [], timeout_seconds)[0]:
            os.kill(pid, -_KILLED)
        code = self._answer()
        return subprocess.CompletedProcess(
            [module, *words], code, streams["out"].read_text(), streams["err"].read_text()
        )

    def _ask(self, asked: Mapping[str, object]) -> None:
        self._told_to.write(f"{json.dumps(asked)}\n".encode())

    def _answer(self) -> int:
        # The pipe has no buffer on this side: what was not read is still in it.
        if not (line := self._heard_from.readline()):
            raise Failed(f"The process that bears commands has ended; {self._log} says why.")
        return int(line)


def _import_all() -> None:
    import django  # noqa: PLC0415  Only in the tree.

    django.setup()
    from django.core.management import load_command_class  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    load_command_class("migration_harness", "harness")
    # What a gate says has an address: all pages and endpoints are imported for it.
    reverse("admin:index")
    import_module("rehearsal.drive")


def _be(asked: dict[str, Any]) -> None:
    """Be what was asked for: with streams, an environment and a command line of its own."""
    for number, name in enumerate(_STREAMS):
        opened = os.open(Path(asked["folder"]) / name, os.O_RDWR | os.O_CREAT | (os.O_TRUNC if number else 0), 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.update(asked["environment"])
    _read_the_length_of_a_day()
    sys.argv = [asked["module"], *asked["words"]]
    import_module(asked["module"]).main()


def _read_the_length_of_a_day() -> None:
    """The settings were read before the fork: they have the length that the mother was told."""
    from django.conf import settings  # noqa: PLC0415  Only in the tree.

    if seconds := os.environ.get("HARNESS_DAY_SECONDS"):
        settings.HARNESS["DAY_SECONDS"] = int(seconds)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """Read, and fork a process for each line, to its end."""
    _import_all()
    for line in sys.stdin:
        asked = json.loads(line)
        if (pid := os.fork()) == 0:
            return _be(asked)
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return None


if __name__ == "__main__":
    main()
