"""What a rehearsal has seen: its steps, each with what was measured. The report is made of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Step:
    """One thing that was done, in a phase of the plan; 0 is before the first.

    Attributes:
        phase: The phase in which it was done.
        words: What was done.
        seconds: How long it took.
        found: What it has shown, a sentence each.
    """

    phase: int
    words: str
    seconds: float = 0.0
    found: list[str] = field(default_factory=list)


class Story:
    """The steps, in order; each is said when it begins and when it is done."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.began = time.monotonic()
        self.failed = ""
        """Why it stopped, where it did."""

    @contextmanager
    def step(self, phase: int, words: str) -> Iterator[Step]:
        """Do something that belongs to a phase, and tell of it."""
        step = Step(phase=phase, words=words)
        self.steps.append(step)
        begun = time.monotonic()
        _say(f"{self.elapsed:6.0f} s  phase {phase}  {words}" if phase else f"{self.elapsed:6.0f} s           {words}")
        try:
            yield step
        finally:
            step.seconds = time.monotonic() - begun
            for sentence in step.found:
                _say(f"                    {sentence}")

    @property
    def elapsed(self) -> float:
        """Seconds since the rehearsal began."""
        return time.monotonic() - self.began


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  It is what a rehearsal says.
