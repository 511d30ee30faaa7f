"""Where the rehearsal happens: commands in the copy, with servers and secrets of its own."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rehearsal.failed import Failed
from rehearsal.nursery import Nursery

DAY_SECONDS: Final = "1"
"""How long a day of soaking and of quiet is."""
ALL: Final = "10000"
"""Of the operations, in basis points: every one is recorded, and run again on both sides."""
SHADOW_MS: Final = "5000"
"""How long such a run may take: a machine that also tests and checks is slow, and no customer waits here."""
_OURS: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
"""What of the caller's environment a rehearsal has: nothing that names a server or a secret."""
OPERATOR: Final = "operator"
BY_PASSWORD: Final = ("--as", OPERATOR, "--password-stdin")
DONE: Final = 0
FAILED: Final = 1
REFUSED: Final = 3
KILLED: Final = -9
_PATIENCE_SECONDS: Final = 900.0
Ended = subprocess.CompletedProcess[str]


class Place:
    """A tree in ``folder / name``; the servers of all trees there, and what they keep, are in ``folder / "run"``.

    ``folder / "driver"`` has the code that drives it, which is not part of the tree: it stays when legacy code goes.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.tree, self.run_dir = folder, folder / name, folder / "run"
        self.python = str(self.tree / ".venv" / "bin" / "python")
        self._nursery: Nursery | None = None
        self.bare = {each: os.environ[each] for each in _OURS if each in os.environ}
        """The environment of a developer, who does not know of the service's servers."""
        self.environment = self.bare | {
            "IGNY8_RUN_DIR": str(self.run_dir),
            "HARNESS_DAY_SECONDS": DAY_SECONDS,
            "HARNESS_HEADS_FILE": str(folder / "heads.jsonl"),
            "HARNESS_RECORDED_BPS": ALL,
            "HARNESS_SHADOWED_BPS": ALL,
            "HARNESS_SHADOW_MS": SHADOW_MS,
            "IGNY8_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
            "PYTHONPATH": f"{folder / 'driver'}:{self.tree}",
        }

    def lay_out(self) -> None:
        """Begin without servers, data and files of an earlier rehearsal; the driver is copied beside the tree."""
        for path in (self.run_dir, self.folder / "driver"):
            shutil.rmtree(path, ignore_errors=True)
        for name in ("heads.jsonl", "seconds.log"):
            (self.folder / name).unlink(missing_ok=True)
        package = Path(__file__).parent
        shutil.copytree(package, self.folder / "driver" / package.name, ignore=shutil.ignore_patterns("__pycache__"))

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """Have the code of the tree, as it is now, imported for each command of the block."""
        log = self.folder / "commands.log"
        with Nursery(python=self.python, tree=self.tree, environment=self.environment, log=log) as self._nursery:
            yield
        self._nursery = None

    @property
    def password(self) -> str:
        """The operator's, which was made for this place alone."""
        return (self.run_dir / "secrets" / f"{OPERATOR}-password").read_text().strip()

    def sign_in(self) -> None:
        """Act as the operator from now on, whose word some acts want: with a token of theirs."""
        scopes = [word for scope in ("read", "operate", "approve") for word in ("--scope", scope)]
        made = ("token", "create", OPERATOR, "--name", "rehearsal", *scopes, *BY_PASSWORD)
        self.environment["HARNESS_TOKEN"] = str(self._told(*made, expected=(DONE,), said=f"{self.password}\n")["token"])

    @contextmanager
    def days_of(self, seconds: str) -> Iterator[None]:
        """Have days of another length for those who ask in the block."""
        usual = self.environment["HARNESS_DAY_SECONDS"]
        self.environment["HARNESS_DAY_SECONDS"] = seconds
        yield
        self.environment["HARNESS_DAY_SECONDS"] = usual

    def acts_as(self, other: "Place") -> None:
        """Act as whoever is signed in at another tree, against the same servers."""
        self.environment["HARNESS_TOKEN"] = other.environment["HARNESS_TOKEN"]

    def harness(self, *words: str) -> Any:
        """Say something to the harness, which does it; returns its answer as data."""
        return self._told(*words, expected=(DONE,))

    def in_person(self, *words: str) -> Any:
        """Say something with the operator's password, for what no token of theirs may do; returns the answer."""
        return self._told(*words, *BY_PASSWORD, expected=(DONE,), said=f"{self.password}\n", by_token=False)

    def asked(self, *words: str) -> Any:
        """Ask the harness what may well be not so yet; returns its answer as data."""
        return self._told(*words, expected=(DONE, FAILED, REFUSED))

    def refused(self, *words: str) -> str:
        """Say something that the harness refuses; returns why."""
        answer = self._told(*words, expected=(REFUSED,))
        return str(answer["error"]["message"])

    def manage(self, *words: str) -> str:
        """Run a management command and return what it prints."""
        return self._said(self._born("manage", *words))

    def drive(self, *words: str, expected: tuple[int, ...] = (DONE,)) -> str:
        """Let traffic come, in a process of its own that ends in one of these ways; returns what it prints."""
        return self._said(self._born("rehearsal.drive", *words), expected)

    def prepares(self) -> None:
        """Make the database, with the demo's accounts and the operator. Raises Failed."""
        self.runs(self.python, "manage.py", "setup", "--demo", environment=self.environment)

    def runs(
        self,
        *words: str,
        timeout_seconds: float = _PATIENCE_SECONDS,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a program in the tree, as a developer does; returns what it prints. Raises Failed."""
        done = subprocess.run(
            words, cwd=self.tree, env=environment or self.bare, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=timeout_seconds, check=False,
        )  # fmt: skip
        return self._said(done)

    def _told(self, *words: str, expected: tuple[int, ...], said: str = "", by_token: bool = True) -> Any:
        done = self._born("manage", "harness", *words, "--json", said=said, by_token=by_token)
        if done.returncode not in expected:
            raise Failed(_told_by(done))
        return json.loads(done.stdout)

    def _born(self, module: str, *words: str, said: str = "", by_token: bool = True) -> Ended:
        if self._nursery is None:
            raise Failed(f"{module} {' '.join(words)}: no command is at hand, say so inside of at_hand().")
        environment = self.environment if by_token else self.environment | {"HARNESS_TOKEN": ""}
        begun = time.monotonic()
        done = self._nursery.run(module, *words, said=said, environment=environment, timeout_seconds=_PATIENCE_SECONDS)
        with (self.folder / "seconds.log").open("a") as log:
            log.write(f"{time.monotonic() - begun:6.1f}  {' '.join(done.args)}\n")
        return done

    @staticmethod
    def _said(done: Ended, expected: tuple[int, ...] = (DONE,)) -> str:
        if done.returncode not in expected:
            raise Failed(_told_by(done))
        return done.stdout


def _told_by(done: Ended) -> str:
    lines = [*done.stdout.splitlines()[-20:], *done.stderr.splitlines()[-20:]]
    return "\n".join([f"`{' '.join(done.args)}` ended with {done.returncode}:", *lines])
