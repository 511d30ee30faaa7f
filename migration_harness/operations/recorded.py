"""The decorator that makes a function an operation: a share of its calls is recorded.

Whatever goes wrong with a recording is a fault of the harness: it is logged, and the caller gets what the function
answers or raises, as without it.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from inspect import signature
from time import perf_counter
from typing import Any, ParamSpec, TypeVar, cast
from uuid import uuid4

from migration_harness.comparing.raising import where_raised
from migration_harness.conf import ALL_BPS, recorded_bps
from migration_harness.database import connection
from migration_harness.deciding.unit_of_work import current_execution_path
from migration_harness.faults import alarm, fault
from migration_harness.log import recorder
from migration_harness.operations import capturing, catching
from migration_harness.operations.answering import stages_for
from migration_harness.operations.declaring import Entry, declare
from migration_harness.operations.effects import Step, StepKind
from migration_harness.operations.laws import PREFIX
from migration_harness.operations.plain import plain
from migration_harness.operations.recording import Recording
from migration_harness.operations.under_way import UnderWay, current, trial
from migration_harness.operations.world import TooMuch, own_rows
from migration_harness.passing import passes
from migration_harness.seams.charge import newest_snapshot
from migration_harness.seams.purity import active

P = ParamSpec("P")
R = TypeVar("R")


def recorded_operation(
    kind: str, *, account: Callable[..., object] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an operation: a share of its calls, ``HARNESS["RECORDED_BPS"]``, is recorded.

    ``kind`` names what it does. ``account`` returns, from the same arguments, the id of the account for which it is
    done. Its argument ``operation_id``, where it has one, names the recording too. An operation inside one that is
    recorded is recorded as well.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        entry = Entry(kind=kind, function=function, account=account)
        declare(entry)
        names = signature(function)

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if not _is_due():
                return function(*args, **kwargs)
            bound = names.bind_partial(*args, **kwargs).arguments if args else kwargs
            return cast("R", _run(entry, dict(bound), args, kwargs))

        return run

    return decorate


def run_entry(entry: Entry, arguments: dict[str, Any]) -> str:
    """Run an operation recorded, and return where it raised; for a trial, which takes the recording."""
    try:
        _run(entry, arguments, (), arguments)
    except Exception as error:  # noqa: BLE001  Whatever it raises: that is what it did.
        return where_raised(error)
    return ""


def _is_due() -> bool:
    if active.get() is not None:
        return False  # A side that does not answer: what it does is undone.
    if current.get() is not None:
        return True
    share = recorded_bps()
    return share > 0 and random.randrange(ALL_BPS) < share  # noqa: S311  A sample, not a secret.


def _run(entry: Entry, named: dict[str, Any], args: Any, kwargs: Any) -> Any:
    under_way = _begun(entry, named, args, kwargs)
    if under_way is None:
        return entry.function(*args, **kwargs)
    began = perf_counter()
    outcome, raised, token = None, "", current.set(under_way)
    try:
        outcome = entry.function(*args, **kwargs)
    except BaseException as error:
        raised = type(error).__qualname__
        raise
    finally:
        current.reset(token)
        _finish(under_way, outcome, raised, (perf_counter() - began) * 1000)
    return outcome


def _begun(entry: Entry, named: dict[str, Any], args: Any, kwargs: Any) -> UnderWay | None:
    """Begin a recording; None where that fails."""
    try:
        catching.watch_storages()
        outer = current.get()
        under_way = UnderWay(
            recording=uuid4(),
            kind=entry.kind,
            operation_id=str(named.get("operation_id") or ""),
            account_id="" if entry.account is None else str(entry.account(*args, **kwargs)),
            execution_path=current_execution_path().value,
            began=datetime.now(UTC),
            inputs=plain(named),
            outer=outer,
        )
        if trial.get() is None:
            under_way.world = _world(entry.kind, named)
            under_way.stages = stages_for(under_way.account_id, snapshot=newest_snapshot())
        capturing.begin(under_way.recording)
    except BaseException as error:
        if passes(error):
            raise
        _lost(entry.kind, "begin", error)
        with suppress(Exception):
            recorder.buffer.lose(f"{PREFIX}{entry.kind}", type(error).__name__)
        return None
    if outer is not None:
        told = {"recording": str(under_way.recording), "operation_id": under_way.operation_id}
        outer.add(Step(kind=StepKind.OPERATION, name=entry.kind, payload=told))
    return under_way


def _world(kind: str, named: dict[str, Any]) -> dict[str, list[dict[str, Any]]] | None:
    """Return what a run elsewhere would need; what cannot be told makes the recording no worse."""
    try:
        return own_rows(kind, named)
    except TooMuch:
        return None
    except Exception as error:  # noqa: BLE001  It is code of the host.
        _lost(kind, "reads", error)
        return None


def _finish(under_way: UnderWay, outcome: Any, raised: str, duration_ms: float) -> None:
    try:
        if connection.needs_rollback:
            # The caller's own transaction is spoilt: nothing can be asked in it, and its rollback takes the mark back.
            if trial.get() is None:
                alarm("harness.recording_lost", kind=under_way.kind, why="the transaction was spoilt")
                recorder.buffer.lose(f"{PREFIX}{under_way.kind}", "the transaction was spoilt")
            return
        rows = capturing.end(under_way)
        recording = Recording(
            kind=under_way.kind,
            operation_id=under_way.operation_id,
            account_id=under_way.account_id,
            execution_path=under_way.execution_path,
            began=under_way.began,
            duration_ms=duration_ms,
            inputs=under_way.inputs,
            outcome=None if raised else plain(outcome),
            error=raised,
            rows=rows,
            steps=tuple(under_way.steps),
            missing=tuple(under_way.missing),
        )
        if (tried := trial.get()) is not None:
            tried.recordings.append(recording)
            return
        # Models are ready only now; the decorator is there before.
        from migration_harness.operations import keeping  # noqa: PLC0415

        keeping.keep(recording, id=under_way.recording, world=under_way.world, stages=under_way.stages)
    except BaseException as error:
        if passes(error):
            raise
        _lost(under_way.kind, "end", error)
        with suppress(Exception):
            recorder.buffer.lose(f"{PREFIX}{under_way.kind}", type(error).__name__)
        with suppress(Exception):
            # Outside of a spoilt transaction: another connection would have no mark anyhow.
            capturing.give_up(under_way)


def _lost(kind: str, where: str, error: BaseException) -> None:
    if trial.get() is not None:
        return  # Whoever tries an operation says what became of it.
    with suppress(Exception):
        fault(f"{PREFIX}{kind}", f"recording: {where}", error)
