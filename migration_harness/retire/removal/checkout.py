"""The tree of a host as Git has it: which files belong to it, and whether all of it is committed."""

import subprocess
from collections.abc import Collection
from pathlib import Path

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.tree import Tree


def read_tree(root: Path, *, but_not: Collection[str] = ()) -> Tree:
    """Return the text files that Git has below ``root``, without those in the folders ``but_not``.

    A line ends as it does in the file. Raises NotRemovable.
    """
    files = {}
    for path in _git(root, "ls-files", "-z").split("\0"):
        if path and not any(path.startswith(f"{folder}/") for folder in but_not) and (root / path).is_file():
            try:
                files[path] = (root / path).read_bytes().decode()
            except UnicodeDecodeError:
                continue
    return Tree(files)


def refusal(root: Path) -> str:
    """Return why a tree may not be written to; empty where all of it is committed. Raises NotRemovable."""
    changed = [line[3:] for line in _git(root, "status", "--porcelain", "--untracked-files=no").splitlines()]
    if not changed:
        return ""
    more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
    return f"Not everything is committed: {changed[0]}{more}. Commit or stash it, so that the removal is one change."


def journal_of(root: Path) -> Path:
    """Return where a removal is laid down: in Git's own folder, on the same file system. Raises NotRemovable."""
    return root / _git(root, "rev-parse", "--git-path", "harness-removal").strip()


def _git(root: Path, *words: str) -> str:
    try:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S607  Git of the path.
    except FileNotFoundError as error:
        raise NotRemovable("There is no git here, which says what belongs to the tree. Install it.") from error
    except subprocess.CalledProcessError as error:
        raise NotRemovable(f"{root} is no Git checkout ({error.stderr.strip()}). Run it where the code is.") from error
