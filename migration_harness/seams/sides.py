"""Runs one side of a seam and observes it.

An exception of the side becomes part of the observation. Celery's soft time limit and every BaseException
pass through: they concern the whole process and not one side.
"""

import time
from collections.abc import Callable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from migration_harness.faults import fault
from migration_harness.seams import purity

Side = Callable[..., Any]
Observed = tuple[Any, Exception | None, int, str | None]
"""The fields of an Observation, as a plain tuple: most comparisons are matches and need no more."""

_clock = time.perf_counter_ns
_guarded_by, _unguarded = purity.active.set, purity.active.reset


def observe(side: Side, args: Any, kwargs: Any) -> Observed:
    """Run the side that answers."""
    start = _clock()
    try:
        value = side(*args, **kwargs)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001  It is raised to the caller after the comparison.
        return None, error, _clock() - start, None
    return value, None, _clock() - start, None


def observe_guarded(side: Side, args: Any, kwargs: Any) -> Observed:
    """Run the side that does not answer, under the purity guard. Repeats ``observe``: a call would cost its time."""
    guard = purity.Guard()
    token = _guarded_by(guard)
    value, raised, start = None, None, _clock()
    try:
        value = side(*args, **kwargs)
    except SoftTimeLimitExceeded:
        raise
    except purity.SideEffectRefused:
        pass
    except Exception as error:  # noqa: BLE001  It is part of what is compared.
        raised = error
    finally:
        duration_ns = _clock() - start
        _unguarded(token)
        if guard.entered:
            _close(guard)
    return value, raised, duration_ns, guard.blocked


def _close(guard: purity.Guard) -> None:
    try:
        guard.close()
    except Exception as error:  # noqa: BLE001  A lost connection; the caller's next query will say so.
        fault("purity", "rollback", error)
