"""Configuration in plain lines that names modules or files that are gone: import contracts, linters."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Final

from migration_harness.retire.removal.modules import module_of
from migration_harness.retire.removal.tree import Tree, lines_of

_KINDS: Final = (".toml", ".cfg", ".ini", ".importlinter")
_WORD: Final = re.compile(r"[A-Za-z_][\w.]*\w")
_KEY: Final = re.compile(r"^\w+ =\s*$")


def strike_lines(tree: Tree) -> None:
    """Take away the lines that name what is gone, and the keys that are left without a value."""
    gone = {module_of(each.path) for each in tree.changes() if each.after is None and each.path.endswith(".py")}
    # A package without its own module is gone as well where none of its modules is left.
    there = {module_of(path) for path in tree.python()}
    for path in list(tree):
        if PurePosixPath(path).name.endswith(_KINDS):
            lines = [line for line in lines_of(tree.text(path)) if not _names(line, gone, there)]
            tree.write(path, "".join(_without_empty_keys(lines)))


def _names(line: str, gone: Collection[str], there: Collection[str]) -> bool:
    return any(word in gone and not _is_there(word, there) for word in _WORD.findall(line))


def _is_there(module: str, there: Collection[str]) -> bool:
    return any(each == module or each.startswith(f"{module}.") for each in there)


def _without_empty_keys(lines: list[str]) -> list[str]:
    kept = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if not (_KEY.match(line) and not following.startswith((" ", "\t"))):
            kept.append(line)
    return kept
