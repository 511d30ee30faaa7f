"""The operation that is being recorded now, in this context."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from migration_harness.operations.effects import Step, StepKind
from migration_harness.seams.purity import active

if TYPE_CHECKING:
    from migration_harness.operations.files_inside import FilesInside

MOST_STEPS: Final = 1_000


@dataclass(slots=True, kw_only=True)
class UnderWay:
    """What is known of it so far.

    Attributes:
        recording: Its own id.
        outer: The one inside which it runs; None where it is the outermost.
        began: When it began.
        inputs: Its arguments by name, plain, as they were when it began.
        steps: What it did so far that others noticed.
        missing: What is not recorded, in sentences.
        world: The rows of its own that it reads, by model; None where they are not known.
        stages: What each flag said for the account; None where that is not known.
    """

    recording: UUID
    kind: str
    operation_id: str
    account_id: str
    execution_path: str
    began: datetime
    inputs: dict[str, Any]
    outer: "UnderWay | None" = None
    steps: list[Step] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    world: dict[str, list[dict[str, Any]]] | None = None
    stages: dict[str, dict[str, Any]] | None = None

    def add(self, step: Step) -> int:
        """Add a step; returns its place, -1 where there were too many."""
        if len(self.steps) >= MOST_STEPS:
            self.miss(f"Only the first {MOST_STEPS:,} steps were kept.")
            return -1
        self.steps.append(step)
        return len(self.steps) - 1

    def miss(self, sentence: str) -> None:
        """Say, once, what is not recorded."""
        if sentence not in self.missing:
            self.missing.append(sentence)


class Trial(Protocol):
    """A run of an operation that was recorded before: nothing leaves, and nothing is kept."""

    recordings: list[Any]
    files: "FilesInside"

    def answer(self, to: str) -> Step | None:
        """Take the next recorded answer of this name."""


trial: ContextVar[Trial | None] = ContextVar("harness_trial", default=None)
current: ContextVar[UnderWay | None] = ContextVar("harness_operation", default=None)


def add(kind: StepKind, name: str, payload: Callable[[], dict[str, Any]]) -> None:
    """Add a step to the operation that is recorded now, where one is; what a guarded side does is none of it."""
    if (under_way := current.get()) is not None and active.get() is None:
        under_way.add(Step(kind=kind, name=name, payload=payload()))
