"""After the deploy without legacy code: the work is the same, the schema follows, others check, and the way back."""

import json
import subprocess
from itertools import chain
from pathlib import Path
from typing import Any, Final

from rehearsal.ending import LAST
from rehearsal.failed import Failed
from rehearsal.journey import PHASES
from rehearsal.operations import Operations
from rehearsal.place import Place
from rehearsal.story import Story

NAME: Final = "the same"
"""Of the sites that both runs work on: keywords, and so prompts, come from it."""
CUSTOMER: Final = "2"
_SHOWN: Final = 5
Left = dict[str, list[str]]


def work_before(place: Place, story: Story, operations: Operations) -> Left:
    """Do every operation on each execution path while legacy code is there, and return what that has left."""
    with story.step(LAST, "Every operation on each execution path, to be compared with the run after") as step:
        left = _work(place, NAME)
        step.found.extend(f"{name}: {len(rows):,}" for name, rows in left.items())
        step.found.append(f"operations: {operations.tell(place, LAST)}")
    return left


def work_again(place: Place, story: Story) -> None:
    """Run the code of before on what was restored, and do every operation with it."""
    with story.step(LAST, "The code of before runs again on what was restored") as step:
        step.found.extend(f"{name}: {len(rows):,}" for name, rows in _work(place, "again").items())


def _work(place: Place, name: str) -> Left:
    left: Left = json.loads(place.drive("same-paths", CUSTOMER, name))
    return left


class Aftermath:
    """What is seen on the service that runs without legacy code."""

    def __init__(self, place: Place, story: Story, operations: Operations) -> None:
        self._place, self._story, self._operations = place, story, operations

    def works_as_before(self, before: Left) -> None:
        """Do again what was done before the deletion, and compare what both have left. Raises Failed."""
        with self._story.step(LAST, "Every operation on each execution path, compared with the run before") as step:
            after = _work(self._place, NAME)
            if before != after:
                raise Failed(
                    "\n".join(["After the deletion the service leaves something else:", *differences(before, after)])
                )
            step.found.extend(f"{name}: {len(rows):,}, all as before" for name, rows in after.items())
            step.found.append(f"operations: {self._operations.tell(self._place, LAST)}")

    def schema_follows(self) -> None:
        """Run the schema migrations that drop, now that no process of the code before is left."""
        with self._story.step(LAST, "What legacy code used goes from the schema, and its flags off the lists") as step:
            told = self._place.harness("migrate", "--post", "--yes", "--reason", "nothing asks it")
            step.found.append(f"run after the deploy: {', '.join(_names(told)) or 'none'}")
            # One that another requires goes after it.
            for flag in reversed(PHASES):
                self._place.harness("flag", flag, "--retire", "--yes", "--reason", "its seam is gone")

    def is_certified(self, heads: Path) -> None:
        """Make the certificate, and check it where there is neither database nor Django's settings."""
        folder = self._place.folder
        key, file = folder / "certificate.pem", folder / "certificate.json"
        for each in (key, file, file.with_name(f"{file.name}.html")):
            each.unlink(missing_ok=True)
        with self._story.step(LAST, "The certificate is made, and checked by somebody else") as step:
            public = self._place.harness("certificate", "key", str(key))["public"]
            self._place.harness("trial-balance", "--full")
            self._place.harness("certificate", "make", str(file), "--signing-key", str(key))
            step.found.append(self._checked(file, public, heads, holds=True))
            content = file.read_bytes()
            forged = folder / "forged.json"
            forged.write_bytes(content.replace(b"rehearsal", b"rehearsel", 1))
            step.found.append(f"one byte of it changed: {self._checked(forged, public, heads, holds=False)}")

    def can_go_back(self, backup: Path) -> None:
        """Bring back what was dropped."""
        with self._story.step(LAST, "What was dropped comes back from the backup") as step:
            looked = self._place.asked("legacy", "restore", str(backup))
            step.found.append(_of_restore("it would restore", looked))
            told = self._place.asked("legacy", "restore", str(backup), "--yes", "--reason", "to see that it works")
            if not told.get("written"):
                raise Failed(f"Nothing was restored: {told}")
            step.found.append(_of_restore("restored", told))
            rows = sum(each["equal"] + each["gone"] for each in told["parts"])
            self._story.figures[LAST]["rollback"] = f"{rows:,} rows restored"
            step.found.extend(f"not as it was: {each}" for each in told["not_as_it_was"])
            step.found.append(f"to be deployed: revision {told['revision'][:12]}")

    def _checked(self, file: Path, public: str, heads: Path, *, holds: bool) -> str:
        words = ["-m", "migration_harness.certificate", "verify", str(file), "--key", public]
        words += ["--published", str(heads)] if heads.exists() else []
        # Of the tree it needs one package.
        outside = {"PATH": self._place.environment["PATH"], "PYTHONPATH": str(self._place.tree)}
        done = subprocess.run(
            [self._place.python, *words],
            cwd=self._place.folder,
            env=outside,
            capture_output=True,
            text=True,
            check=False,
        )
        if (done.returncode == 0) is not holds:
            raise Failed(f"The check of {file.name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        lines = done.stdout.splitlines()
        fails = [line for line in lines if not line.startswith("holds")]
        return f"{len(lines)} checks hold" if holds else "; ".join(fails) or done.stderr.strip()


def differences(before: Left, after: Left) -> list[str]:
    """Return how what two runs have left differs, by table; nothing where it does not."""
    names = before | after
    return list(chain.from_iterable(_of_table(name, before.get(name, []), after.get(name, [])) for name in names))


def _of_table(name: str, before: list[str], after: list[str]) -> list[str]:
    gone, new = list(before), []
    for row in after:
        if row in gone:
            gone.remove(row)
        else:
            new.append(row)
    if not gone and not new:
        return []
    return [
        f"{name}: {len(gone)} gone, {len(new)} new",
        *(f"  gone: {row[:600]}" for row in gone[:_SHOWN]),
        *(f"  new: {row[:600]}" for row in new[:_SHOWN]),
    ]


def _of_restore(words: str, told: dict[str, Any]) -> str:
    parts = [
        f"{each['part']} ({each['equal']} equal, {each['gone']} gone, {each['new']} new)" for each in told["parts"]
    ]
    return f"{words}: {', '.join(parts)}"


def _names(told: dict[str, Any]) -> list[str]:
    return [str(each["name"] if isinstance(each, dict) else each) for each in told["migrations"]]
