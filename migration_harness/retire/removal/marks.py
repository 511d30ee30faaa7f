"""Marks in comments, for what structure does not say: in every language that has comments.

======================================  ================================================================
``@legacy package``                     in ``__init__.py``: the folder goes
``@legacy file``                        at the top of a file: it goes
``@legacy begin`` … ``@legacy end``     these lines go, and what is between them
``@legacy line``                        at the end of a line: it goes
``@legacy unwrap``                      at the end of a ``with`` line: the statement goes, its body stays
======================================  ================================================================

A mark may name flags: it goes when all of them are retired. Without any it goes when the whole migration is.
"""

import ast
import re
from dataclasses import dataclass
from typing import Final

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree, lines_of

_MARK: Final = re.compile(
    r"(?:#|//|/\*|<!--|--|\{#) ?@legacy (package|file|begin|end|line|unwrap)\b([\w ,-]*?)(?=-->|\*/|#\}|$)"
)
_HEAD: Final = 12
"""Lines at the top of a file in which it may be marked as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark and the flags it names."""

    kind: str
    flags: tuple[str, ...]


def mark_of(line: str) -> Mark | None:
    """Return the mark of a line; None where it has none."""
    found = _MARK.search(line)
    return None if found is None else Mark(kind=found[1], flags=tuple(re.findall(r"[\w-]+", found[2])))


def strike(tree: Tree, retired: Retired) -> None:
    """Take away what is marked and retired. Raises NotRemovable."""
    marked = [path for path in tree if "@legacy " in tree.text(path)]
    for path in marked:
        if path not in tree:
            continue
        for line in tree.text(path).splitlines()[:_HEAD]:
            mark = mark_of(line)
            if mark is not None and mark.kind in ("file", "package") and retired.takes(mark.flags):
                _take_away(tree, path, whole_folder=mark.kind == "package")
        if path in tree:
            tree.write(path, without_marked(path, tree.text(path), retired))
            _see_that_it_is_python(path, tree.text(path))


def _see_that_it_is_python(path: str, text: str) -> None:
    try:
        if path.endswith(".py"):
            ast.parse(text)
    except SyntaxError as error:
        raise NotRemovable(
            f"{path} without its marked lines is no Python ({error.msg}, line {error.lineno} of what is left). "
            "Mark whole statements or whole elements, each on lines of its own."
        ) from error


def _take_away(tree: Tree, path: str, *, whole_folder: bool) -> None:
    folder = path.rpartition("/")[0] + "/"
    for each in list(tree) if whole_folder else [path]:
        if each == path or each.startswith(folder):
            tree.delete(each)


def without_marked(path: str, text: str, retired: Retired) -> str:
    """Return a text without its marked lines. Raises NotRemovable."""
    kept: list[str] = []
    inside: Mark | None = None
    is_gap = False
    for number, line in enumerate(lines_of(text), start=1):
        mark = mark_of(line.rstrip("\r\n"))
        kind = "" if mark is None else mark.kind
        if (kind == "begin") == (inside is not None) and kind in ("begin", "end"):
            raise NotRemovable(f"{path}:{number}: “@legacy {kind}” has no other end. Close each block before the next.")
        if mark is not None and kind == "begin":
            inside = mark
        ruling = inside or (mark if kind == "line" else None)
        if ruling is not None and retired.takes(ruling.flags):
            is_gap = True
        elif not (is_gap and _is_blank(line) and (not kept or _is_blank(kept[-1]))):
            kept.append(line)
            is_gap = False
        if kind == "end":
            inside = None
    if inside is not None:
        raise NotRemovable(f"{path}: “@legacy begin” has no end. Write “@legacy end” after the last line that goes.")
    while is_gap and kept and _is_blank(kept[-1]):
        kept.pop()
    return "".join(kept)


def _is_blank(line: str) -> bool:
    return not line.strip()
