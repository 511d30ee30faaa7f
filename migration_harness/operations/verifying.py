"""A revision, tried on recorded operations of another one; and the file of such operations, made.

Note [Written as they run]: what stands in an export is not what was recorded. Text of people gets stand-ins, and then
the operation is run again on those, twice: what the two runs did is what the file has. So the effects belong to the
stand-ins, nothing of a customer is in them, and what does not do the same twice is left out and counted.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from secrets import token_bytes
from typing import Any

from migration_harness.comparing.difference import Difference
from migration_harness.comparing.explanations import Rule
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.exceptions import UnknownOperation
from migration_harness.models import RecordedOperation
from migration_harness.operations import keeping, trying, world
from migration_harness.operations.declaring import every_entry, operations
from migration_harness.operations.differing import differences, effects_of, signature
from migration_harness.operations.effects import StepKind
from migration_harness.operations.file import Carried, OperationsFile
from migration_harness.operations.meant import explaining
from migration_harness.operations.plain import is_whole
from migration_harness.operations.standing_in import StandIns
from migration_harness.operations.trying import Case

OnDone = Callable[[int, int], None]
"""Told how many of how many are done."""


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """All operations that differ in the same way from what the other revision did.

    Attributes:
        signature: The name of the way.
        kind: The kind of operations.
        count: How many.
        operation_id: The first of them.
        differences: In what it differs.
        raised: Where it raised now, ``file:line in function``; empty where it raised the same before, or nothing.
    """

    signature: str
    kind: str
    count: int
    operation_id: str
    differences: tuple[Difference, ...]
    raised: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAside:
    """Operations that differ as is meant: how many, and the rule that says so."""

    name: str
    reason: str
    owner: str
    expires: date
    count: int


@dataclass(slots=True, kw_only=True)
class Verified:
    """What came of trying a revision.

    Attributes:
        ran: How many operations were run.
        differing: In which ways some differ, the most frequent first.
        failed: What could not be run, and why.
        left_aside: What differs as is meant, by the rule.
        expired: The names of rules that would have said so, and whose last day is over.
    """

    ran: int = 0
    differing: list[Differing] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left_aside: list[LeftAside] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)

    @property
    def is_the_same(self) -> bool:
        """Whether every operation did what the other revision did, or what is meant. Of none that is not known."""
        return self.ran > 0 and not self.differing and not self.failed


@dataclass(slots=True, kw_only=True)
class Exported:
    """What came of an export: the file, and what was left out of it, by the reason."""

    file: OperationsFile
    left_out: Counter[str]


def verify(
    file: OperationsFile, *, rules: Sequence[Rule] = (), today: date = date.max, on_done: OnDone = _silent
) -> Verified:
    """Run each operation of a file on this revision, in the database that is connected, and undo it.

    What one of ``rules`` covers on this day is left aside; without a day none is in force.
    """
    found, ways = Verified(), dict[str, list[tuple[Case, tuple[Difference, ...], str]]]()
    meant, expired = Counter[Rule](), dict[str, None]()
    for number, each in enumerate(file.carried, start=1):
        try:
            now, raised = _run(each.case, file)
        except Exception as error:  # noqa: BLE001  Whatever the other code does: the next one is tried all the same.
            found.failed.append(f"{each.case.kind} {each.case.operation_id}: {type(error).__name__}: {error}")
            continue
        found.ran += 1
        apart = differences(each.effects, now)
        covering = explaining(rules, each.case.kind, apart) if apart else []
        if rule := next((rule for rule in covering if today <= rule.expires), None):
            meant[rule] += 1
        elif apart:
            expired |= dict.fromkeys(rule.name for rule in covering)
            where = raised if now["error"] != each.effects["error"] else ""
            ways.setdefault(signature(each.case.kind, apart), []).append((each.case, apart, where))
        on_done(number, len(file.carried))
    for name, those in sorted(ways.items(), key=lambda way: (-len(way[1]), way[0])):
        case, apart, raised = those[0]
        found.differing.append(
            Differing(
                signature=name,
                kind=case.kind,
                count=len(those),
                operation_id=case.operation_id,
                differences=apart,
                raised=raised,
            )
        )
    found.left_aside = [
        LeftAside(name=rule.name, reason=rule.reason, owner=rule.owner, expires=rule.expires, count=count)
        for rule, count in meant.most_common()
    ]
    found.expired = list(expired)
    return found


def export(
    *,
    kept: Sequence[RecordedOperation],
    shared: world.Rows,
    snapshot: Snapshot,
    revision: str,
    on_done: OnDone = _silent,
) -> Exported:
    """Return recorded operations as a file: with stand-ins, and as this revision does them. Note [Written as they run].

    To be called in a scratch database; ``kept``, ``shared`` and ``snapshot`` come from the real one.
    """
    empty = OperationsFile(
        revision=revision, epoch=snapshot.epoch, flags=tuple(snapshot.flags.values()), shared=shared, carried=()
    )
    stand_ins, left_out, carried = StandIns(token_bytes(32)), Counter[str](), list[Carried]()
    for number, each in enumerate(kept, start=1):
        on_done(number, len(kept))
        found = _carried(each, empty, stand_ins)
        if isinstance(found, str):
            left_out[found] += 1
        else:
            carried.append(found)
    file = OperationsFile(
        revision=revision, epoch=empty.epoch, flags=empty.flags, shared=shared, carried=tuple(carried)
    )
    return Exported(file=file, left_out=left_out)


def _carried(kept: RecordedOperation, file: OperationsFile, stand_ins: StandIns) -> Carried | str:
    """Return one operation for the file, or the reason why it cannot be in it."""
    recording, case = keeping.recording_of(kept), _case(kept, stand_ins)
    if isinstance(case, str):
        return case
    try:
        (first, _), (second, _) = (_run(case, file) for _ in range(2))
    except Exception as error:  # noqa: BLE001  Whatever it is: the others are exported all the same.
        return f"could not be run again ({type(error).__name__})"
    if first != second:
        return "does not do the same twice"
    if first["error"] != recording.error or _changes(first) != _changes(effects_of(recording)):
        return "does something else on stand-ins than it did"
    return Carried(case=case, effects=first)


def _case(kept: RecordedOperation, stand_ins: StandIns) -> Case | str:
    declared, recording = operations().world, keeping.recording_of(kept)
    if kept.world is None:
        return "nobody knows which rows it reads"
    if kept.missing or not is_whole(kept.inputs):
        return "was not recorded whole"
    answers = recording.steps_of(StepKind.SENT)
    if not all(is_whole(dict(step.answer or {})) for step in answers):
        return "an answer is too long"
    if kept.kind not in every_entry():
        return "there is no such operation"
    return Case(
        kind=kept.kind,
        operation_id=kept.operation_id,
        execution_path=kept.execution_path,
        inputs=kept.inputs,
        rows=stand_ins.rows(kept.world, declared.personal),
        answers=tuple(
            type(step)(
                kind=step.kind,
                name=step.name,
                payload=_only(step.payload, declared.volatile),
                answer=stand_ins.said(dict(step.answer), declared.said) if step.answer else None,
            )
            for step in answers
        ),
    )


def _run(case: Case, file: OperationsFile) -> tuple[dict[str, Any], str]:
    """Return the effects of a run, as a file has them, and where it raised.

    The laws that it breaks, and what its seams find to differ, are effects like the others.
    """
    if case.kind not in every_entry():
        raise UnknownOperation(f"This revision has no operation of the kind {case.kind!r}.")
    tried = trying.run(case, shared=file.shared, flags=list(file.flags), epoch=file.epoch)
    effects = {**effects_of(tried.recording), "laws": tried.broken, "compared": tried.compared}
    found: dict[str, Any] = json.loads(json.dumps(effects, sort_keys=True))
    return found, tried.raised


def _only(value: Any, names: Iterable[str]) -> Any:
    """Return of a payload what differs from run to run: an answer may name it, and the rest has text of people."""
    match value:
        case dict():
            found = {name: inner if name in names else _only(inner, names) for name, inner in value.items()}
            return {name: inner for name, inner in found.items() if inner not in ({}, [], None)}
        case list():
            return [inner for inner in (_only(each, names) for each in value) if inner not in ({}, [], None)]
    return None


def _changes(effects: dict[str, Any]) -> dict[str, list[str]]:
    return {model: [row["change"] for row in rows] for model, rows in effects["rows"].items()}
