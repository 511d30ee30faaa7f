"""The worker's part of a deferred call: the other side runs under guard on what was recorded, and both are compared."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from migration_harness.conf import ALL_BPS
from migration_harness.database import transaction
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import Decision
from migration_harness.deciding.stages import stage_named
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.exceptions import WorkersLost
from migration_harness.faults import alarm
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.passing import passes
from migration_harness.seams import revisions
from migration_harness.seams.asking import Asking
from migration_harness.seams.declaring import Declared
from migration_harness.seams.deferred import claiming
from migration_harness.seams.deferred.accepting import changed_in
from migration_harness.seams.deferred.carrying import told_call
from migration_harness.seams.deferred.claiming import MOST_TRIES, Claimed
from migration_harness.seams.deferred.reading import NotReadable, read, read_call, read_outcome
from migration_harness.seams.judged import judged
from migration_harness.seams.sides import Observed, answered_under_guard, let_go, observe_guarded
from migration_harness.seams.tripping import mind_breaker

WORK_SECONDS: Final = 5.0
"""After which a worker is free for its other queues."""

_said: set[tuple[str, str]] = set()


def work_off(*, at_most_seconds: float = WORK_SECONDS) -> int:
    """Compare calls that wait, as long as there are any; returns how many. Safe at the same time, and to be ended."""
    until, done = monotonic() + at_most_seconds, 0
    for name, revision in claiming.waiting():
        seam = seams.get(name)
        if seam is None or not isinstance(seam, Declared) or _revision(seam) != revision:
            _leave(name, revision)
            continue
        while monotonic() < until and _permits(seam) and (call := claiming.claim(name, revision)) is not None:
            done += _compare(seam, call)
    return done


def _revision(seam: Declared[Any, Any]) -> str:
    return seam.revision or revisions.revise(seam)


def _permits(seam: Declared[Any, Any]) -> bool:
    """Whether the breaker lets a call through. What it does not let through waits for the next probe."""
    return not seam.is_tripped or seam.breaker.permits(now_seconds=monotonic())


def _leave(seam: str, revision: str) -> None:
    """Leave calls to a worker of their own revision, and say so; where none has come for long, count them.

    This process has other code: what it would find is evidence for another revision.
    """
    if (seam, revision) not in _said:
        _said.add((seam, revision))
        alarm("harness.deferred_of_another_revision", seam=seam, revision=revision, compared="not by this process")
    with transaction.atomic():
        for _ in range(claiming.expire(seam, revision)):
            recorder.buffer.drops.set_aside(seam, "no worker of its revision came")
        recorder.buffer.drops.write()
    recorder.buffer.drops.say()


def _compare(seam: Declared[Any, Any], call: Claimed) -> int:
    """Run the other side and record what came of it, once; returns 1 where it was this worker that did."""
    try:
        comparison, compared, answer, decision = judge(seam, call)
    except BaseException as error:
        if passes(error):
            raise
        return _set_aside(call, str(error) if isinstance(error, NotReadable) else type(error).__name__)
    announce: Callable[[], None] | None = None
    with transaction.atomic():
        if not claiming.remove(call):
            return 0
        announce = recorder.buffer.write_now(comparison)
    if announce is not None:
        announce()
    mind_breaker(seam, comparison, compared, decision)
    held: list[Any] = [comparison, compared, answer]
    del comparison, compared, answer
    let_go(seam.name, held)
    return 1


def _set_aside(call: Claimed, why: str) -> int:
    with transaction.atomic():
        if not claiming.remove(call):
            return 0
        recorder.buffer.drops.set_aside(call.seam, why)
        recorder.buffer.drops.write()
    recorder.buffer.drops.say()
    return 1


def judge(seam: Declared[Any, Any], call: Claimed) -> tuple[Comparison, Observed, Observed, Decision]:
    """Run the other side on what was recorded, and judge both; nothing is written.

    Raises NotReadable for what no process of this revision can read.
    """
    recorded, outcome = json.loads(call.call), json.loads(call.answer)
    told = recorded.pop("call")
    decision = Decision(stage=stage_named(call.stage), epoch=call.flag_epoch, compared_bps=ALL_BPS)
    # A set or a key of the host's is asked for its hash.
    head = answered_under_guard(read, recorded)
    asking = Asking(seam.name)
    asking.broken = head["broken"]
    value, error = answered_under_guard(read_outcome, outcome)
    answer: Observed = (value, error, call.answer_ns, f"argument {call.changed}" if call.changed else None)
    with _work_of(call):
        compared = _other_side(seam, call, decision, told)
        control, candidate = (compared, answer) if decision.in_cohort else (answer, compared)
        args, kwargs = answered_under_guard(read_call, told)
        comparison = judged(
            seam, head["subject"], decision, None, control, candidate, args, kwargs, asking=asking, at=call.at
        )
    return comparison, compared, answer, decision


def _other_side(seam: Declared[Any, Any], call: Claimed, decision: Decision, told: dict[str, Any]) -> Observed:
    """Run the side that did not answer, on arguments of its own."""
    if call.tries > MOST_TRIES:
        lost = WorkersLost(
            f"{MOST_TRIES} workers were lost with a call of {seam.name}: the side ends or holds up each."
        )
        return None, lost, 0, None
    args, kwargs = answered_under_guard(read_call, told)
    # Of these, not of what was recorded: a set has another order here.
    before = told_call(args, kwargs)
    compared = observe_guarded(seam.control if decision.in_cohort else seam.candidate, args, kwargs)
    changed = changed_in(before, args, kwargs)
    return (*compared[:3], f"argument {changed}") if changed and compared[3] is None else compared


@contextmanager
def _work_of(call: Claimed) -> Iterator[None]:
    """Let the other side find itself in the work that the call was made in."""
    with unit_of_work(execution_path=ExecutionPath(call.execution_path), run=call.run) as work:
        work.request_id = call.request_id
        yield


def forget() -> None:
    """Begin anew, between tests."""
    _said.clear()
