"""The caller's part of a deferred call: the side that answers runs, and the call is written down for a worker.

Note [What is deferred]: the side that does not answer, whichever it is. In shadow that is the candidate, in live the
control: both are needed for a comparison, and the caller of either stage waits for one side alone. A stage that does
not compare defers nothing, so a rollback and ``complete`` end it with the next decision.

A call that cannot be carried is not compared, and says so: verdict ``blocked``, with the argument's name. That is the
verdict of an argument that cannot be copied, too; and no gate opens over it.
"""

import json
import time
from typing import Any

from migration_harness.comparing.comparator import Judgement, Verdict, signature_of
from migration_harness.comparing.difference import Difference, Kind
from migration_harness.deciding.snapshot import Decision
from migration_harness.faults import fault
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.log.waiting import WaitingCall
from migration_harness.passing import passes
from migration_harness.seams import revisions
from migration_harness.seams.arguments import are_atomic
from migration_harness.seams.asking import Asking
from migration_harness.seams.declaring import Declared
from migration_harness.seams.deferred.carrying import NotCarried, told, told_call, told_outcome
from migration_harness.seams.judged import dimensions
from migration_harness.seams.sides import Observed, observe
from migration_harness.seams.tripping import mind_breaker

_encode = json.JSONEncoder(separators=(",", ":")).encode


def answer_now(
    seam: Declared[Any, Any],
    subject: Any,
    decision: Decision,
    args: Any,
    kwargs: Any,
    asking: Asking | None,
) -> Observed:
    """Return what the side did that answers, and leave the call for a worker. Raises only what passes."""
    at, refused, call, head = time.time(), "", {}, {}
    # Before the side runs, which may change them.
    try:
        call = told_call(args, kwargs)
        head = told(subject=subject, broken=[] if asking is None else asking.broken)
    except NotCarried as error:
        refused = str(error)
    answer = observe(seam.candidate if decision.in_cohort else seam.control, args, kwargs)
    try:
        if not refused:
            refused = _deferred(seam, decision, at, head | {"call": call}, answer, args, kwargs)
        if refused:
            _refuse(seam, subject, decision, at, refused, answer)
    except BaseException as error:
        if passes(error):
            raise
        # Note [What the caller sees] in ``seam``.
        fault(seam.name, "deferring", error)
    return answer


def _deferred(
    seam: Declared[Any, Any],
    decision: Decision,
    at: float,
    told_before: dict[str, Any],
    answer: Observed,
    args: Any,
    kwargs: Any,
) -> str:
    """Leave the call for a worker; returns why it cannot be, empty where it was."""
    value, error, answer_ns, _ = answer
    try:
        outcome = told_outcome(value, error)
    except NotCarried as refusal:
        return str(refusal)
    path, request_id, run = dimensions()
    recorder.buffer.defer(
        WaitingCall(
            at=at,
            seam=seam.name,
            revision=seam.revision or revisions.revise(seam),
            flag_epoch=decision.epoch,
            stage=decision.stage.value,
            execution_path=path.value,
            request_id=request_id,
            run=run,
            answer_ns=answer_ns,
            changed="" if are_atomic(args, kwargs) else changed_in(told_before["call"], args, kwargs),
            call=_encode(told_before),
            answer=_encode(outcome),
        )
    )
    return ""


def changed_in(call: dict[str, Any], args: Any, kwargs: Any) -> str:
    """Return the name of an argument that is no longer what was told of it; empty if none."""
    try:
        now = told_call(args, kwargs)
    except NotCarried as error:
        return str(error)
    return next((name for name in call if call[name] != now[name]), "")


def _refuse(seam: Declared[Any, Any], subject: Any, decision: Decision, at: float, why: str, answer: Observed) -> None:
    """Record a call that nobody can compare. It keeps nothing of the call: a group would have to be asked for."""
    control, candidate = (why, None) if decision.in_cohort else (None, why)
    side = Difference(path="deferred", kind=Kind.EXTRA, control=control, candidate=candidate)
    judgement = Judgement(verdict=Verdict.BLOCKED, differences=(side,), explanation=f"cannot be deferred: {why}")
    path, request_id, run = dimensions()
    comparison = Comparison(
        at=at,
        seam=seam.name,
        flag_epoch=decision.epoch,
        stage=decision.stage,
        subject=subject,
        account_plan="",
        execution_path=path,
        group=(),
        verdict=Verdict.BLOCKED,
        signature=signature_of(seam=seam.name, judgement=judgement, group=(why,)),
        control_measure=None,
        candidate_measure=None,
        control_ns=0 if decision.in_cohort else answer[2],
        candidate_ns=answer[2] if decision.in_cohort else 0,
        operation_id="",
        request_id=request_id,
        run=run,
        revision=seam.revision or revisions.revise(seam),
        judgement=judgement,
        call={},
    )
    recorder.buffer.add(comparison)
    mind_breaker(seam, comparison, (None, None, 0, why), decision)
