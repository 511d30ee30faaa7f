"""One recorded operation, run again: in a transaction that is rolled back, from the rows and answers that it had.

Nothing leaves: what it sends is answered from the recording, files go to memory, mail and tasks are only told. What
the process keeps in memory it keeps, and its cache is the real one: the host's ``prepare`` sees to what matters.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from migration_harness.database import transaction
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.snapshot import FlagState
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.log.comparison import Comparison
from migration_harness.log.hearing import heard
from migration_harness.operations import world
from migration_harness.operations.compared import unexplained
from migration_harness.operations.declaring import every_entry, operations
from migration_harness.operations.effects import Step
from migration_harness.operations.files_inside import FilesInside
from migration_harness.operations.laws import judge
from migration_harness.operations.plain import revived
from migration_harness.operations.recording import Recording
from migration_harness.operations.under_way import trial
from migration_harness.seams.fixed import decided_by

FIRST_KEY: Final = 5_000_001
"""Of the rows that an operation makes where it is run again: the same in every run, and none of a customer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An operation as it can be run again.

    Attributes:
        kind: Its kind.
        operation_id: Its own id.
        execution_path: How it came in.
        inputs: Its arguments, plain.
        rows: The rows of its own that it reads.
        answers: What it sent, with what came back, in order.
    """

    kind: str
    operation_id: str
    execution_path: str
    inputs: Mapping[str, Any]
    rows: world.Rows
    answers: tuple[Step, ...]


@dataclass(slots=True, kw_only=True)
class Trial:
    """A run of one case: the answers that are left, and the recordings that were made."""

    answers: list[Step]
    recordings: list[Recording] = field(default_factory=list)
    files: FilesInside = field(default_factory=lambda: FilesInside(reads=False))

    def answer(self, to: str) -> Step | None:
        """Take the next recorded answer of this name; None where there is no more."""
        found = next((step for step in self.answers if step.name == to), None)
        if found is not None:
            self.answers.remove(found)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one run.

    Attributes:
        recording: What it did.
        broken: The laws that it broke, each with its breaches in sentences.
        compared: What the seams in it found to differ, by seam and group.
        raised: Where it raised, ``file:line in function``; empty where it did not.
    """

    recording: Recording
    broken: Mapping[str, list[str]]
    compared: Mapping[str, list[str]]
    raised: str


def run(case: Case, *, shared: world.Rows, flags: list[FlagState], epoch: int) -> Tried:
    """Run a case, undo it, and return what it did.

    Raises what reviving its arguments raises.
    """
    # What is recorded runs inside this module's callers only; the decorator's room stands beside it.
    from migration_harness.operations.recorded import run_entry  # noqa: PLC0415

    tried = Trial(answers=list(case.answers))
    with (
        world.counting_from(FIRST_KEY),
        rolled_back(),
        decided_by(flags, epoch=epoch),
    ):
        world.empty(shared)
        world.put(shared)
        world.put(case.rows)
        operations().world.prepare()
        arguments = revived(dict(case.inputs))
        listening: list[Comparison] = []
        token, ear = trial.set(tried), heard.set(listening)
        try:
            with unit_of_work(execution_path=ExecutionPath(case.execution_path)):
                raised = run_entry(every_entry()[case.kind], arguments)
        finally:
            trial.reset(token)
            heard.reset(ear)
        # Those inside it come first.
        recording = tried.recordings[-1]
        judged = judge(recording, operations().laws_for(case.kind))
    return Tried(
        recording=recording,
        broken={each.law.name: [str(breach) for breach in each.breaches] for each in judged if each.breaches},
        compared=unexplained(listening),
        raised=raised,
    )


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo everything at the end, in a transaction that counts as none, as the one around a TestCase does."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # noqa: SLF001  As Django does it.
    with block:
        yield
        transaction.give_back()
