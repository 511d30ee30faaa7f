"""What a rehearsal has seen: its steps, each with what was measured. The report is made of it."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from rehearsal.camera import BLIND, Camera

COLUMNS: Final = ("gates", "comparisons", "operations", "rollback", "tests")
"""What is told of each phase."""
NOTHING: Final = "–"
LONGEST: Final = 8
"""How many steps are named at the end, with how long they took."""


@dataclass(slots=True, kw_only=True)
class Step:
    """One thing that was done, in a phase of the plan; 0 is before the first.

    Attributes:
        phase: The phase in which it was done.
        words: What was done.
        seconds: How long it took.
        found: What it has shown, a sentence each.
        pictures: Pages of the console at the end of it, as JPEG.
    """

    phase: int
    words: str
    seconds: float = 0.0
    found: list[str] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)


class Story:
    """The steps, in order; each is said when it begins and when it is done."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.figures: defaultdict[int, dict[str, str]] = defaultdict(dict)
        """Of each phase, by the names of ``COLUMNS``."""
        self.left_out: list[str] = []
        """What a short rehearsal does not do, a sentence each."""
        self.began = time.monotonic()
        self.camera: Camera = BLIND
        self.failed = ""
        """Why it stopped, where it did."""

    @contextmanager
    def step(self, phase: int, words: str) -> Iterator[Step]:
        """Do something that belongs to a phase, and tell of it."""
        step = Step(phase=phase, words=words)
        self.steps.append(step)
        begun = time.monotonic()
        say(f"{self.elapsed:6.0f} s  phase {phase}  {words}" if phase else f"{self.elapsed:6.0f} s           {words}")
        try:
            yield step
        finally:
            step.seconds = time.monotonic() - begun
            for sentence in step.found:
                say(f"                    {sentence}")

    def look(self, step: Step, path: str) -> None:
        """Take a picture of a page of the console, where there is a browser."""
        if (picture := self.camera.picture(path)) is not None:
            step.pictures.append(picture)

    def tell(self) -> None:
        """Say what is told of each phase, what was left out, and which steps took longest."""
        rows: list[tuple[str, ...]] = [("phase", *COLUMNS)]
        rows += [
            (str(number), *(told.get(name, NOTHING) for name in COLUMNS))
            for number, told in sorted(self.figures.items())
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        for sentence in self.left_out:
            say(f"Left out: {sentence}")
        for step in sorted(self.steps, key=lambda step: step.seconds, reverse=True)[:LONGEST]:
            say(f"{step.seconds:6.0f} s of {self.elapsed:.0f} s: {step.words}")

    @property
    def elapsed(self) -> float:
        """Seconds since the rehearsal began."""
        return time.monotonic() - self.began


def say(line: str) -> None:
    """Say something at once: somebody watches."""
    print(line, flush=True)  # noqa: T201  It is what a rehearsal says.
