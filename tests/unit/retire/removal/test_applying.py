"""A removal is written as a whole or not at all, also by a process that is killed."""

import os
import signal
import subprocess
import sys

import pytest

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.applying import Found, apply, recover
from migration_harness.retire.removal.patch import patch
from migration_harness.retire.removal.tree import Change

BEFORE = {"kept/a.py": "a = 1\n", "kept/b.py": "b = 1\nc = 1", "gone/c.py": "c\n"}
AFTER = {"kept/a.py": "a = 2\n", "kept/b.py": "c = 1", "made/d.py": "d\x0c\n"}
CHANGES = [
    Change(path=path, before=BEFORE.get(path), after=AFTER.get(path)) for path in sorted(BEFORE.keys() | AFTER.keys())
]
KILLED = """
import os, signal, sys
from pathlib import Path
from migration_harness.retire.removal import applying
from tests.unit.retire.removal.test_applying import CHANGES

root, moment, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = 0


def die(*_, **__):
    global seen
    seen += 1
    if seen == number:
        os.kill(os.getpid(), signal.SIGKILL)


if moment == "drafting":
    write = applying._write
    applying._write = lambda *given: (write(*given), die())
applying.apply(root, root / "journal", CHANGES, on_file=die if moment == "writing" else lambda: None)
"""


@pytest.fixture
def root(tmp_path):
    for path, text in BEFORE.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def files(root):
    return {each.relative_to(root).as_posix(): each.read_text() for each in root.rglob("*") if each.is_file()}


class TestApply:
    def test_leaves_the_tree_as_it_is_to_be(self, root):
        apply(root, root / "journal", CHANGES)
        assert files(root) == AFTER
        assert not (root / "gone").exists()

    def test_writes_nothing_over_what_somebody_has_changed(self, root):
        (root / "kept/b.py").write_text("mine\n")
        with pytest.raises(NotRemovable, match=r"kept/b\.py has changed"):
            apply(root, root / "journal", CHANGES)
        assert (root / "kept/a.py").read_text() == BEFORE["kept/a.py"]

    @pytest.mark.parametrize(
        ("moment", "number", "found", "left"),
        [
            ("drafting", 1, Found.BEFORE, BEFORE),
            ("drafting", 4, Found.BEFORE, BEFORE),
            ("writing", 1, Found.AFTER, AFTER),
            ("writing", 2, Found.AFTER, AFTER),
            ("writing", 4, Found.AFTER, AFTER),
        ],
        ids=["first draft", "list of drafts", "first file", "second file", "last file"],
    )
    def test_killed_leaves_what_the_next_run_tells(self, root, moment, number, found, left):
        done = subprocess.run([sys.executable, "-c", KILLED, root, moment, str(number)], check=False, env=os.environ)
        assert done.returncode == -signal.SIGKILL
        assert recover(root, root / "journal") is found
        assert files(root) == left
        assert recover(root, root / "journal") is Found.NOTHING

    def test_is_not_ended_over_what_somebody_has_changed_since(self, root):
        subprocess.run([sys.executable, "-c", KILLED, root, "writing", "1"], check=False, env=os.environ)
        (root / "kept/b.py").write_text("mine\n")
        with pytest.raises(NotRemovable, match=r"kept/b\.py has been changed since"):
            recover(root, root / "journal")
        assert (root / "kept/b.py").read_text() == "mine\n"


class TestPatch:
    def test_is_taken_by_git(self, root):
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        subprocess.run(["git", "apply"], cwd=root, check=True, input=patch(CHANGES), text=True)
        assert {path: text for path, text in files(root).items() if not path.startswith(".git/")} == AFTER
