"""One compared call, judged: the row that the log will hold of it."""

import time
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final

from migration_harness.comparing.comparator import MATCHED, Judgement, Verdict, signature_of
from migration_harness.comparing.measures import measure_of
from migration_harness.comparing.observation import Observation
from migration_harness.deciding import unit_of_work
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.snapshot import Decision
from migration_harness.log.comparison import Comparison
from migration_harness.seams import revisions
from migration_harness.seams.asking import COMPARISON, Asking, text_of, words_of
from migration_harness.seams.binding import Args, Kwargs
from migration_harness.seams.declaring import Declared
from migration_harness.seams.sides import Observed, observe_guarded

if TYPE_CHECKING:
    from migration_harness.seams.charge import Charge

# Makes a NamedTuple without the Python function that its own constructor is; for what every comparison makes.
_tuple = tuple.__new__
# Bound once: looking them up costs a call on the hot path a twentieth of its time.
_work, _clock = unit_of_work.current.get, time.time

_NO_CALL: Final[Kwargs] = {}
_UNJUDGED: Final = Judgement(verdict=Verdict.MISMATCH)


def judged(
    seam: Declared[Any, Any],
    subject: Any,
    decision: Decision,
    charge: "Charge | None",
    control: Observed,
    candidate: Observed,
    args: Args,
    kwargs: Kwargs,
    *,
    asking: Asking | None = None,
    at: float | None = None,
) -> Comparison:
    """Return the comparison of one call. Raises only what passes through a seam: Note [Broken declarations].

    ``at``: when it was made, in seconds since 1970, where that is not now.
    """
    now = _clock() if at is None else at
    asking = asking or Asking(seam.name)
    call = seam.binding.named(args, kwargs) if args else kwargs
    said, error, _, blocked = observe_guarded(_all_asked, (seam, control, candidate, call, now, args, kwargs), {})
    if error is not None or blocked is not None:
        # Each under a guard of its own, to know which it was.
        said = (
            asking.ask(COMPARISON, _judge, seam, control, candidate, call, now, args, kwargs, otherwise=_UNJUDGED),
            asking.ask("group_by", _group, seam, args, kwargs, otherwise=()),
            asking.ask("account_plan", _plan, seam, args, kwargs, otherwise=""),
        )
    judgement, group, plan = said
    judgement = asking.told_in(judgement)
    # By its type: a lazy object would be made to say its class. Nobody else has what the other side returned.
    if type(unawaited := (control if decision.in_cohort else candidate)[0]) is CoroutineType:
        unawaited.close()
    signature = None
    if judgement is not MATCHED:
        signature = signature_of(seam=seam.name, judgement=judgement, group=group)
    path, request_id, run = dimensions()
    measured = seam.measure is not None
    fields = (
        now,
        seam.name,
        decision.epoch,
        decision.stage,
        subject,
        plan,
        path,
        group,
        judgement.verdict,
        signature,
        measure_of(control[0]) if measured else None,
        measure_of(candidate[0]) if measured else None,
        control[2],
        candidate[2],
        "" if charge is None else charge.operation_id,
        request_id,
        run,
        seam.revision or revisions.revise(seam),
        judgement,
        # A match keeps nothing of its call alive.
        _NO_CALL if signature is None else call,
    )
    return _tuple(Comparison, fields)


def dimensions() -> tuple[ExecutionPath, str, str]:
    """Return how the current work came in, its request's id and its run."""
    work = _work()
    return (ExecutionPath.DIRECT, "", "") if work is None else (work.execution_path, work.request_id, work.run)


def _judge(
    seam: Declared[Any, Any], control: Observed, candidate: Observed, call: Kwargs, now: float, args: Args, kw: Kwargs
) -> Judgement:
    return seam.judging.judge(
        _tuple(Observation, control),
        _tuple(Observation, candidate),
        call=call,
        now=now,
        again=lambda: Observation(*observe_guarded(seam.control, args, kw)),
    )


def _all_asked(
    seam: Declared[Any, Any], control: Observed, candidate: Observed, call: Kwargs, now: float, args: Args, kw: Kwargs
) -> tuple[Judgement, tuple[str, ...], str]:
    """Answer all that a comparison asks: one guard costs a third of three."""
    return _judge(seam, control, candidate, call, now, args, kw), _group(seam, args, kw), _plan(seam, args, kw)


def _group(seam: Declared[Any, Any], args: Args, kwargs: Kwargs) -> tuple[str, ...]:
    return words_of(seam.group_by(args, kwargs))


def _plan(seam: Declared[Any, Any], args: Args, kwargs: Kwargs) -> str:
    return "" if seam.account_plan is None else text_of(seam.account_plan(args, kwargs))
