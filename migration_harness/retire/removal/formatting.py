"""The host's own formatter, for the Python files that a removal has changed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.tree import Change


def formatted(change: Change, formatters: Sequence[Sequence[str]], *, root: Path) -> Change:
    """Return a changed Python file as the formatters leave it, each of which reads text and prints text.

    ``{path}`` in one of their words is the file's. A file that goes needs none. Raises NotRemovable.
    """
    if change.after is None or not change.path.endswith(".py"):
        return change
    text = change.after
    for words in formatters:
        text = _through([word.replace("{path}", change.path) for word in words], text, root)
    return Change(path=change.path, before=change.before, after=text)


def _through(words: list[str], text: str, root: Path) -> str:
    try:
        done = subprocess.run(words, input=text, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", "") or str(error)
        raise NotRemovable(f'A formatter of HARNESS["FORMATTERS"] failed: {" ".join(words)}: {told.strip()}') from error
    return done.stdout
