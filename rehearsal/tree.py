"""A copy of this tree, with a history of its own: what is removed there can be looked at as a difference."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
TRACE: Final = "data/azure_llm_inference_conv_2023.csv"
"""Requests of real traffic, in the tree."""
_INSTALLED: Final = (".venv", "frontend/node_modules")
_SHARED: Final = (*_INSTALLED, "frontend/dist")
"""What was installed or built, and is not copied: the copy has a link to it."""
_KNOWN: Final = ".mypy_cache"
"""What the type checker knows of each file by its content: what stays as it is need not be checked anew."""
_AS = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost", "-c", "commit.gpgsign=false")


def copy_tree(target: Path) -> None:
    """Copy what Git has and would have, as it is now, to ``target``, and commit it there; replaces an older copy.

    Revisions of before can be asked for by their names.
    """
    if target.exists():
        shutil.rmtree(target)
    for path in _files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target / path)
    for name in _SHARED:
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).symlink_to(ROOT / name)
    git(target, "init", "--quiet")
    _knows_history(target)
    _exclude(target)
    commit(target, "As it is today")


def clone_tree(source: Path, target: Path) -> None:
    """Clone a copy, with its history; what is built is not there, and has to be built anew."""
    if target.exists():
        shutil.rmtree(target)
    git(source, "clone", "--quiet", str(source), str(target))
    for name in _INSTALLED:
        if (ROOT / name).exists():
            (target / name).symlink_to(ROOT / name)
    if (ROOT / _KNOWN).exists():
        shutil.copytree(ROOT / _KNOWN, target / _KNOWN)
    _exclude(target)


def commit(tree: Path, subject: str) -> None:
    """Commit whatever has changed in a copy."""
    git(tree, "add", "--all")
    git(tree, *_AS, "commit", "--quiet", "--message", subject)


def git(tree: Path, *words: str) -> str:
    """Run Git there and return what it prints; raises CalledProcessError."""
    done = subprocess.run(["git", *words], cwd=tree, check=True, capture_output=True, text=True)  # noqa: S607
    return done.stdout


def _knows_history(tree: Path) -> None:
    """Have the objects of this tree's repository at hand: tests deploy a revision of before, or migrate from one."""
    objects = git(ROOT, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    (tree / ".git" / "objects" / "info" / "alternates").write_text(objects)


def _exclude(tree: Path) -> None:
    """A link is no folder, which the pattern of the tree's own list asks for."""
    (tree / ".git" / "info" / "exclude").write_text("".join(f"/{name}\n" for name in _SHARED))


def _files() -> Iterator[str]:
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return (path for path in listed.split("\0") if path and (ROOT / path).is_file())
