"""One compared call, judged: the row that the log will hold of it."""

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from migration_harness.comparing.comparator import MATCHED, signature_of
from migration_harness.comparing.observation import Observation
from migration_harness.deciding import unit_of_work
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.snapshot import Decision
from migration_harness.log.comparison import Comparison
from migration_harness.seams import revisions
from migration_harness.seams.declaring import Declared
from migration_harness.seams.sides import Observed, observe_guarded

if TYPE_CHECKING:
    from migration_harness.seams.charge import Charge

# Makes a NamedTuple without the Python function that its own constructor is; for what every comparison makes.
_tuple = tuple.__new__
# Bound once: looking them up costs a call on the hot path a twentieth of its time.
_work, _clock = unit_of_work.current.get, time.time

_NUMBERS = (int, Decimal)
_NO_CALL: dict[str, Any] = {}


def judged(
    seam: Declared[Any, Any],
    subject: Any,
    decision: Decision,
    charge: "Charge | None",
    control: Observed,
    candidate: Observed,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Comparison:
    """Return the comparison of one call. Raises what the seam's own functions raise about the call."""
    now = _clock()
    group = seam.group_by(*args, **kwargs)
    judgement = seam.judging.judge(
        Observation(*control),
        Observation(*candidate),
        call=kwargs,
        now=now,
        again=lambda: Observation(*observe_guarded(seam.control, args, kwargs)),
    )
    signature = None
    if judgement is not MATCHED:
        signature = signature_of(seam=seam.name, judgement=judgement, group=group)
    path, request_id, run = ExecutionPath.DIRECT, "", ""
    if (work := _work()) is not None:
        path, request_id, run = work.execution_path, work.request_id, work.run
    measured = seam.measure is not None
    fields = (
        now,
        seam.name,
        decision.epoch,
        decision.stage,
        subject,
        "" if seam.account_plan is None else seam.account_plan(*args, **kwargs),
        path,
        group,
        judgement.verdict,
        signature,
        exact(control[0]) if measured else None,
        exact(candidate[0]) if measured else None,
        control[2],
        candidate[2],
        "" if charge is None else charge.operation_id,
        request_id,
        run,
        seam.revision or revisions.revise(seam),
        judgement,
        # A match keeps nothing of its call alive.
        _NO_CALL if signature is None else kwargs,
    )
    return _tuple(Comparison, fields)


def exact(value: Any) -> Decimal | int | None:
    """Return the value where it is an exact number: a float is not, a truth value is not."""
    return value if isinstance(value, _NUMBERS) and value is not True and value is not False else None
