"""``docs/tutorial.md`` as it is typed: files, commands and what they print, in order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..conftest import ROOT

PAGE = ROOT / "docs" / "tutorial.md"
_PIECE = re.compile(
    r"^## (?P<title>[^\n]+)$|^(?P<words>[^\n]*`(?P<file>[\w/]+\.py)`[^\n]*):$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the reader does next: a file that they write, or commands with what these print.

    Attributes:
        section: The title above it.
        file: What is written, empty for commands.
        adds: The text goes to the end of the file that is there.
        text: What is typed.
        prints: Lines that are seen.
    """

    section: str
    file: str = ""
    adds: bool = False
    text: str
    prints: tuple[str, ...] = ()


def steps(page: str) -> Iterator[Step]:
    """Yield what a page has its reader do. Raises ValueError for a block that nobody could place."""
    section, file, adds, commands = "", "", False, None
    for piece in _PIECE.finditer(page):
        kind, text = piece["kind"], piece["text"]
        if commands is not None and kind != "text":
            yield Step(section=section, text=commands)
            commands = None
        if piece["title"]:
            section = piece["title"]
        elif piece["words"]:
            file, adds = piece["file"], "At the end of" in piece["words"]
        elif kind == "python" and file:
            yield Step(section=section, file=file, adds=adds, text=text)
            file = ""
        elif kind == "sh":
            commands = text
        elif kind == "text" and commands is not None:
            yield Step(section=section, text=commands, prints=tuple(text.splitlines()))
            commands = None
        else:
            raise ValueError(f"{section}: a block of {kind} that belongs to nothing.")
    if commands is not None:
        yield Step(section=section, text=commands)


def type_in(step: Step, folder: Path) -> None:
    """Write the file of a step."""
    path = folder / step.file
    before = path.read_text() + "\n\n" if step.adds else ""
    path.write_text(before + step.text)
