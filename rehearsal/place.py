"""Where the rehearsal happens: commands in the copy, with servers and secrets of its own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

DAY_SECONDS: Final = "1"
"""How long a day of soaking and of quiet is."""
_OURS: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
"""What of the caller's environment a rehearsal has: nothing that names a server or a secret."""
DONE: Final = 0
FAILED: Final = 1
REFUSED: Final = 3


class Failed(Exception):
    """A step did not end as it must: says which, and what was printed."""


class Place:
    """The copy of the tree in ``folder / "tree"``; its servers and what they keep are in ``folder / "run"``."""

    def __init__(self, folder: Path) -> None:
        self.tree, self.run_dir = folder / "tree", folder / "run"
        self.python = str(self.tree / ".venv" / "bin" / "python")
        self.environment = {name: os.environ[name] for name in _OURS if name in os.environ} | {
            "IGNY8_RUN_DIR": str(self.run_dir),
            "HARNESS_DAY_SECONDS": DAY_SECONDS,
            "IGNY8_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
        }

    def sign_in(self) -> None:
        """Act as the operator from now on, whose word some acts want: with a token of theirs."""
        password = (self.run_dir / "secrets" / "operator-password").read_text()
        scopes = [word for scope in ("read", "operate", "approve") for word in ("--scope", scope)]
        made = ("token", "create", "operator", "--name", "rehearsal", *scopes, "--as", "operator", "--password-stdin")
        self.environment["HARNESS_TOKEN"] = str(self._told(*made, expected=(DONE,), said=password)["token"])

    def harness(self, *words: str) -> Any:
        """Say something to the harness, which does it; returns its answer as data."""
        return self._told(*words, expected=(DONE,))

    def asked(self, *words: str) -> Any:
        """Ask the harness what may well be not so yet; returns its answer as data."""
        return self._told(*words, expected=(DONE, FAILED, REFUSED))

    def refused(self, *words: str) -> str:
        """Say something that the harness refuses; returns why."""
        answer = self._told(*words, expected=(REFUSED,))
        return str(answer["error"]["message"])

    def manage(self, *words: str, timeout_seconds: float = 600) -> str:
        """Run a management command and return what it prints."""
        return self.runs("manage.py", *words, timeout_seconds=timeout_seconds)

    def runs(self, *words: str, timeout_seconds: float = 600, may_fail: bool = False) -> str:
        """Run Python in the copy and return what it prints; raises Failed where it does not end well."""
        done = self._call(*words, timeout_seconds=timeout_seconds)
        if done.returncode != DONE and not may_fail:
            raise Failed(_told_by(words, done))
        return done.stdout

    def _told(self, *words: str, expected: tuple[int, ...], said: str = "") -> Any:
        told = ("manage.py", "harness", *words, "--json")
        done = self._call(*told, timeout_seconds=600, said=said)
        if done.returncode not in expected:
            raise Failed(_told_by(told, done))
        return json.loads(done.stdout)

    def _call(self, *words: str, timeout_seconds: float, said: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.python, *words],
            cwd=self.tree,
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )


def _told_by(words: tuple[str, ...], done: "subprocess.CompletedProcess[str]") -> str:
    lines = [*done.stdout.splitlines()[-20:], *done.stderr.splitlines()[-20:]]
    return "\n".join([f"`python {' '.join(words)}` ended with {done.returncode}:", *lines])
