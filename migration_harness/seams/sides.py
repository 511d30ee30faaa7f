"""Runs one side of a seam and observes it.

Whatever the side raises becomes part of the observation, but for what concerns the whole process; see
:mod:`migration_harness.passing`.
"""

import time
from _thread import get_ident
from collections.abc import Callable
from decimal import Context, getcontext, setcontext
from typing import Any

from migration_harness.faults import alarm, fault
from migration_harness.passing import passes
from migration_harness.seams import purity

Side = Callable[..., Any]
Observed = tuple[Any, BaseException | None, int, str | None]
"""The fields of an Observation, as a plain tuple: most comparisons are matches and need no more."""

_clock, _here = time.perf_counter_ns, get_ident
_guarded_by, _unguarded = purity.active.set, purity.active.reset
_CLOSED = purity.CLOSED


def observe(side: Side, args: Any, kwargs: Any) -> Observed:
    """Run the side that answers."""
    start = _clock()
    try:
        value = side(*args, **kwargs)
    except BaseException as error:
        if passes(error):
            raise
        # It is raised to the caller after the comparison.
        return None, error, _clock() - start, None
    return value, None, _clock() - start, None


def observe_guarded(side: Side, args: Any, kwargs: Any) -> Observed:
    """Run the side that does not answer, under the purity guard. Repeats ``observe``: a call would cost its time."""
    guard = purity.Guard()
    guard.thread = _here()
    token = _guarded_by(guard)
    context = getcontext()
    precision, rounding = context.prec, context.rounding
    value, raised, start = None, None, _clock()
    try:
        value = side(*args, **kwargs)
    except purity.SideEffectRefused:
        pass
    except BaseException as error:
        if passes(error):
            raise
        raised = error
    finally:
        duration_ns = _clock() - start
        _unguarded(token)
        guard.thread = _CLOSED
        # Written out: a copy of it for each side would cost a third of what a match costs.
        if getcontext() is not context or context.prec != precision or context.rounding != rounding:
            _put_back(context, precision, rounding)
        if guard.entered:
            _close(guard)
    return value, raised, duration_ns, guard.blocked


def _put_back(context: Context, precision: int, rounding: str) -> None:
    context.prec, context.rounding = precision, rounding
    setcontext(context)


def answered_under_guard(function: Callable[..., Any], *args: Any) -> Any:
    """Return what a function makes of the host's values. Raises what they raise, and SideEffectRefused."""
    value, raised, _, blocked = observe_guarded(function, args, {})
    if raised is not None:
        raise raised
    if blocked is not None:
        raise purity.SideEffectRefused(blocked)
    return value


def let_go(seam: str, held: list[Any]) -> None:
    """Drop what a guarded side has made while a guard is there to be asked: ``__del__`` is code of the side, too.

    ``held`` must be all that still refers to it. What is part of a circle goes when the garbage collector comes.
    """
    if (blocked := observe_guarded(held.clear, (), {})[3]) is not None:
        alarm("harness.fault", seam=seam, where="__del__", error=purity.SideEffectRefused.__name__, tried=blocked)


def _close(guard: purity.Guard) -> None:
    """Put back all that a run under guard did; where that fails, it is a fault of the harness."""
    try:
        guard.close()
    except BaseException as error:
        if passes(error):
            raise
        # A lost connection; the caller's next query will say so.
        fault("purity", "rollback", error)
