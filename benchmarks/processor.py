"""Processor time of a call, as the kernel counts it: of the calling thread and of the server's process that answers.

What else a machine does moves it less than the clock: a busy one says by it what a quiet one would say of the rates.
"""

from collections.abc import Callable, Mapping
from itertools import repeat
from pathlib import Path
from time import thread_time_ns

from django.db import connection

from benchmarks.timing import Figure, figure_of

TURNS = 20
CALLS = 100


def processor_time(calls: Mapping[str, Callable[[], object]]) -> dict[str, Figure]:
    """Return microseconds of each call, taking turns; none where the server is not a process of this Linux machine."""
    if not _is_here():
        return {}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(TURNS):
        for name, call in calls.items():
            samples[name].append(_spent_us(call))
    return {f"{name}, processor time": figure_of(taken) for name, taken in samples.items()}


def _spent_us(call: Callable[[], object]) -> float:
    before = thread_time_ns() + _server_ns()
    for _ in repeat(None, CALLS):
        call()
    return (thread_time_ns() + _server_ns() - before) / CALLS / 1_000


def _server_ns() -> int:
    return int((_process() / "schedstat").read_text().split()[0])


def _is_here() -> bool:
    connection.ensure_connection()
    try:
        return (_process() / "comm").read_text().strip() == "postgres" and _server_ns() > 0
    except OSError:
        return False


def _process() -> Path:
    return Path("/proc") / str(connection.connection.info.backend_pid)
