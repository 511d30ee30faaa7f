"""Documents whose tables name the tests that show something: without those that are gone, and without their rows."""

import ast
import re
from typing import Final

from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.tree import Tree, lines_of

_NAMED: Final = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.py)(?:::([\w:]+))?`")
_BETWEEN: Final = r"[,;] (?:[^`|]+ )?"
"""What stands between two of them: a comma, or a few words after it."""


def strike_rows(tree: Tree) -> None:
    """Take away the rows of tables all of whose tests are gone, and of the others those that are."""
    for path in list(tree):
        if path.endswith(".md") and "::" in tree.text(path):
            lines = [_row(line, tree) if line.startswith("|") else line for line in lines_of(tree.text(path))]
            tree.write(path, "".join(lines))


def _row(line: str, tree: Tree) -> str:
    named = [each for each in _NAMED.finditer(line) if is_test(each[1])]
    gone = [each[0] for each in named if _is_gone(each[1], each[2] or "", tree)]
    if not gone:
        return line
    if len(gone) == len(named):
        return ""
    for each in gone:
        name = re.escape(each)
        line = re.sub(rf"{_BETWEEN}{name}|{name}(?:{_BETWEEN})?", "", line, count=1)
    return line


def _is_gone(path: str, name: str, tree: Tree) -> bool:
    """Tell whether a test was there before and is not there now; what nobody ever had is not ours to judge."""
    before = tree.before(path)
    if before is None or not _has(before, name):
        return False
    return path not in tree or not _has(tree.text(path), name)


def _has(text: str, name: str) -> bool:
    """Tell whether a file defines a class, a function, or ``Class::method``."""
    body: list[ast.stmt] = ast.parse(text).body
    for part in name.split("::") if name else ():
        found = [each for each in body if getattr(each, "name", "") == part]
        if not found:
            return False
        body = getattr(found[0], "body", [])
    return True
