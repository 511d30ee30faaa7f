"""One recorded operation, run twice from what it found: as it was decided, and as it would be on the target side.

Both runs are undone. The first has to do what was recorded: else the state around it is another one by now, or the
operation depends on what no recording has, and the second run would be compared with nothing.

Note [As far as answers go]: who is asked answers from the recording. Where a run asks for more than was asked then, it
ends: whatever a made-up answer led to would be no effect of the side. Up to there both are compared, and a reader is
told that nobody knows what would have come.

Note [Of its own id]: both runs have an id that is derived from the operation's. What a table that nobody declares
remembers of the first one is not found, and a customer who repeats the operation meanwhile finds it done. One that
changed no row keeps its id: it may have found that it was done before.

Note [One at a time]: while an operation is shadowed this process decides by other flags, and its log of comparisons is
put aside. So a shadow runs in the main thread of a process that does nothing else at the time, as a worker does that
forks or works alone. In any other thread it is refused.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from time import perf_counter
from typing import Any, Final

from django.db import DatabaseError, InterfaceError

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.conf import shadow_ms
from migration_harness.database import connection
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.purpose import to_be_undone
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.log import recorder
from migration_harness.models import RecordedOperation
from migration_harness.operations import alone, answering
from migration_harness.operations.declaring import Entry, every_entry
from migration_harness.operations.differing import differences, effects_of, so_far, with_places
from migration_harness.operations.effects import Step, StepKind
from migration_harness.operations.enclosure import Enclosed
from migration_harness.operations.explaining import judged
from migration_harness.operations.files_inside import FilesInside
from migration_harness.operations.keeping import recording_of
from migration_harness.operations.pairing import Pairs
from migration_harness.operations.plain import is_whole, revived
from migration_harness.operations.recorded import run_entry
from migration_harness.operations.recording import Recording
from migration_harness.operations.restoring import NotRestorable, restore
from migration_harness.operations.trying import Trial, rolled_back
from migration_harness.operations.under_way import trial
from migration_harness.passing import RunGivenUp
from migration_harness.seams.charge import newest_snapshot
from migration_harness.seams.fixed import decided_by
from migration_harness.seams.purity.guard import SideEffectRefused, enclosure
from migration_harness.seams.sides import answered_under_guard
from migration_harness.sqlstates import sqlstate_of

_MOST_NAMED: Final = 5
_NOT_ALLOWED: Final = "42501"
"""PostgreSQL's, of what a role lacks the privilege for."""


class Shadow(StrEnum):
    """What became of an operation that is to be shadowed."""

    DUE = "due"
    """Nobody has run it yet."""
    MATCHED = "matched"
    """Both sides did the same."""
    EXPLAINED = "explained"
    """They differ, and in nothing that is not meant."""
    DIFFERED = "differed"
    """They differ: a discrepancy."""
    UNREPRODUCIBLE = "unreproducible"
    """Run again as it was decided, it did not do what was recorded: nothing can be said of the other side."""
    SKIPPED = "skipped"
    """It was not run, or not to its end: see why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed:
    """What came of one.

    Attributes:
        state: What became of it.
        why: Why it was not compared, or in what the run is not what was recorded; without values.
        judgement: Where two runs were compared, what was found.
        control: What the run as it was decided did, plain; none where there was none.
        candidate: What the run on the target side did.
        control_ms, candidate_ms: How long each took.
        held_ms: How long the transaction was open.
    """

    state: Shadow
    why: str = ""
    judgement: Judgement | None = None
    control: dict[str, Any] | None = None
    candidate: dict[str, Any] | None = None
    control_ms: float = 0.0
    candidate_ms: float = 0.0
    held_ms: float = 0.0


class _NotRecorded(RunGivenUp):
    """Somebody is asked for what nobody was asked when it was recorded."""


@dataclass(slots=True, kw_only=True)
class _Run(Trial):
    """A trial that keeps everything inside, and ends where the recording has no answer. Note [As far as answers go]."""

    files: FilesInside
    unanswered: str = ""

    def answer(self, to: str) -> Step:
        """Take the next recorded answer of this name. Raises _NotRecorded where there is no more."""
        found = super(_Run, self).answer(to)
        if found is None:
            self.unanswered = f"{to} was asked for what nobody was asked when it was recorded."
            raise _NotRecorded(self.unanswered)
        return found


def why_never(kept: RecordedOperation) -> str:
    """Return why an operation can never be shadowed, in words; empty where it can."""
    recording = recording_of(kept)
    if kept.missing or not is_whole(kept.inputs):
        return "it was not recorded whole"
    if kept.stages is None:
        return "nobody knows by which stages it was decided"
    if recording.steps_of(StepKind.OPERATION):
        return "it has other operations inside, which are shadowed themselves"
    if not all(is_whole(dict(step.answer or {})) for step in recording.steps_of(StepKind.SENT)):
        return "an answer is too long to be kept"
    if kept.kind not in every_entry():
        return "there is no such operation any more"
    return ""


def shadow(kept: RecordedOperation) -> Shadowed:
    """Run a recorded operation on both sides, and undo both. Raises what concerns the whole process."""
    if threading.current_thread() is not threading.main_thread():
        return Shadowed(
            state=Shadow.SKIPPED, why="this worker does several things at a time: have it fork, or work alone"
        )
    if why := why_never(kept):
        return Shadowed(state=Shadow.SKIPPED, why=why)
    snapshot, recorded, began = newest_snapshot(), recording_of(kept), perf_counter()
    found: Shadowed | tuple[Recording, Recording]
    try:
        with alone.alone(milliseconds=shadow_ms()):
            found = _on_both_sides(kept, recorded, snapshot)
    except (NotRestorable, RunGivenUp) as reason:
        found = Shadowed(state=Shadow.SKIPPED, why=str(reason))
    except (DatabaseError, InterfaceError) as error:
        found = Shadowed(state=Shadow.SKIPPED, why=_why(error))
    held_ms = (perf_counter() - began) * 1000
    # Nobody has to wait while two runs are compared: that needs no row.
    came_to = found if isinstance(found, Shadowed) else _compared(*found)
    return replace(came_to, held_ms=held_ms)


def _on_both_sides(
    kept: RecordedOperation, recorded: Recording, snapshot: Snapshot
) -> Shadowed | tuple[Recording, Recording]:
    """Return both runs, or what came of it where there are none to be compared."""
    restore(recorded.rows)
    control = _run(kept, answering.as_then(kept.stages or {}, snapshot=snapshot), snapshot)
    if isinstance(control, str):
        return Shadowed(state=Shadow.UNREPRODUCIBLE, why=control)
    if control.missing:
        return Shadowed(state=Shadow.UNREPRODUCIBLE, why=f"the same stages did something else: {control.missing[-1]}")
    then, again = _side_by_side(recorded, control)
    if apart := differences(then, again):
        named = ", ".join(dict.fromkeys(each.field for each in apart[:_MOST_NAMED]))
        return Shadowed(
            state=Shadow.UNREPRODUCIBLE,
            why=f"the same stages did something else: {named}",
            control=then,
            candidate=again,
        )
    candidate = _run(kept, answering.on_target(snapshot), snapshot)
    if isinstance(candidate, str):
        return Shadowed(state=Shadow.SKIPPED, why=f"on the target side {candidate}")
    return control, candidate


def _compared(control: Recording, candidate: Recording) -> Shadowed:
    one, other = _side_by_side(control, candidate)
    found = differences(*so_far(one, other)) if candidate.missing else differences(one, other)
    found = with_places(found, control=control.raised, candidate=candidate.raised)
    today = datetime.now(UTC).date()
    judgement = answered_under_guard(lambda: judged(found, control=control, candidate=candidate, today=today))
    states = {Verdict.MATCH: Shadow.MATCHED, Verdict.INTENDED: Shadow.EXPLAINED}
    state = states.get(judgement.verdict, Shadow.DIFFERED)
    if candidate.missing:
        told = f"{candidate.missing[-1]} What comes after that is not known."
        if state is not Shadow.DIFFERED:
            return Shadowed(state=Shadow.SKIPPED, why=f"on the target side: {told}")
        ended = f" As it was decided it ended with {control.error}." if control.error else ""
        judgement = replace(judgement, notes=(*judgement.notes, f"On the target side: {told}{ended}"))
        other |= {"outcome": f"({told})"}
    return Shadowed(
        state=state,
        judgement=judgement,
        control=None if state is Shadow.MATCHED else one,
        candidate=None if state is Shadow.MATCHED else other,
        control_ms=control.duration_ms,
        candidate_ms=candidate.duration_ms,
    )


def _side_by_side(control: Recording, candidate: Recording) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what two recordings did, with one name for what is one thing in both."""
    one, other = (json.loads(json.dumps(effects_of(each, evidence=False))) for each in (control, candidate))
    return one, Pairs(control, candidate).aligned(one, other)


def _run(kept: RecordedOperation, flags: list[FlagState], snapshot: Snapshot) -> Recording | str:
    """Run it once by these flags, and undo it; returns what it did, or in words why nobody knows."""
    recording = recording_of(kept)
    entry, enclosed = every_entry()[kept.kind], Enclosed()
    written = {step.name for step in recording.steps_of(StepKind.FILE) if not step.payload.get("replaced")}
    run = _Run(answers=recording.steps_of(StepKind.SENT), files=FilesInside(reads=True, absent=written))
    with rolled_back(), to_be_undone(), decided_by(flags, epoch=snapshot.epoch) as decided, _comparing_for_nobody():
        arguments, raised = _arguments(kept), ""
        with unit_of_work(
            execution_path=ExecutionPath(kept.execution_path), request_id=_own_id(kept, "shadow")
        ) as work:
            work.pinned = decided
            try:
                with _inside(run, enclosed), suppress(_NotRecorded):
                    raised = run_entry(_with_commits(entry), arguments)
            except SideEffectRefused:
                return f"it tried what a shadow must not do ({enclosed.tried})"
        if enclosed.tried:
            return f"it tried what a shadow must not do ({enclosed.tried})"
    if not run.recordings:
        return "its transaction was spoilt by an error"
    found = replace(run.recordings[-1], raised=raised)
    if run.unanswered:
        found = replace(found, error="", outcome=None, missing=(*found.missing, run.unanswered))
    return found


@contextmanager
def _inside(run: _Run, enclosed: Enclosed) -> Iterator[None]:
    token, around = trial.set(run), enclosure.set(enclosed)
    try:
        yield
    finally:
        enclosure.reset(around)
        trial.reset(token)
        enclosed.leave()


@contextmanager
def _comparing_for_nobody() -> Iterator[None]:
    """Have what seams compare go nowhere. Note [One at a time]."""
    before = recorder.buffer
    recorder.buffer = recorder.Nowhere()
    try:
        yield
    finally:
        recorder.buffer = before


def _arguments(kept: RecordedOperation) -> dict[str, Any]:
    """Return what the operation was given, with an id of its own. Note [Of its own id]."""
    inputs = dict(kept.inputs)
    if kept.rows and isinstance(named := inputs.get("operation_id"), str) and named:
        inputs["operation_id"] = _own_id(kept, named)
    found: dict[str, Any] = revived(inputs)
    return found


def _own_id(kept: RecordedOperation, name: str) -> str:
    return f"shadow-{kept.recording.hex[:12]}:{name}"[:255]


def _with_commits(entry: Entry) -> Entry:
    """Return an operation after which is done what waits for a commit: here there is none."""

    def run(*args: Any, **kwargs: Any) -> Any:
        others = len(connection.run_on_commit)
        try:
            return entry.function(*args, **kwargs)
        finally:
            while len(connection.run_on_commit) > others:
                connection.run_on_commit.pop(others)[1]()

    return Entry(kind=entry.kind, function=run, account=entry.account)


def _why(error: Exception) -> str:
    if sqlstate_of(error) == _NOT_ALLOWED:
        return "this database role may not set session_replication_role, which puts rows back past triggers"
    return f"the database refused it ({type(error).__name__})"
