"""What a process of the bank was about to do, and what came of it: written so that no kill loses a line."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Lines of one process, each written by one call of the system."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, **entry: Any) -> None:
        os.write(self._file, json.dumps(entry).encode() + b"\n")


def entries_of(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    """Yield every line of the journals; a kill can cut none off, for a line is written at once."""
    for path in sorted(folder.glob(pattern)):
        yield from map(json.loads, path.read_text().splitlines())
