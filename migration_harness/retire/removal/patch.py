"""The edits as one unified diff that ``git apply`` takes."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from migration_harness.retire.removal.tree import Change, lines_of


def patch(changes: Iterable[Change]) -> str:
    """Return the diff of all changes, in order."""
    return "".join(line for change in changes for line in _of(change))


def _of(change: Change) -> Iterator[str]:
    yield f"diff --git a/{change.path} b/{change.path}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    if change.after is None:
        yield "deleted file mode 100644\n"
    lines = unified_diff(
        lines_of(change.before or ""),
        lines_of(change.after or ""),
        fromfile="/dev/null" if change.before is None else f"a/{change.path}",
        tofile="/dev/null" if change.after is None else f"b/{change.path}",
    )
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
