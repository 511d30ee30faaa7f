"""What a process has around it: a clock, connections, threads and waiting. The protocol takes them from here.

Note [Passed in]: whoever decides, flips or waits for a proof asks its surroundings, and they are the machine's unless
somebody has set others: ``harness simulate`` does, for each of its processes. What is asked on every decision is taken
once, when the object is made, so that it costs a call nothing.
"""

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Protocol

import psycopg

from migration_harness.deciding import endings
from migration_harness.deciding.clock import boot_ns
from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.processes import Process, this_process


class Event(Protocol):
    """What ``threading.Event`` does."""

    def set(self) -> None:
        """Let everybody go on who waits."""

    def is_set(self) -> bool:
        """Tell whether it was set."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most so many seconds; tells whether it is."""


class Thread(Protocol):
    """What is asked of a thread that was begun."""

    def is_alive(self) -> bool:
        """Tell whether it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """One machine as one of its processes meets it.

    Attributes:
        boot_ns: Nanoseconds since the machine was started, its sleep included.
        seconds: Seconds by a clock that nobody can set, for how long something takes.
        sleep: Waits so many seconds.
        connect: Opens a connection of its own to the database: :func:`~migration_harness.deciding.direct
            .connect_directly`.
        event: Makes an event.
        begin: Begins a daemon thread of this name.
        process: Says who this process is, also after a fork.
        is_over: Tells whether nobody in this process will decide any more.
    """

    boot_ns: Callable[[], int]
    seconds: Callable[[], float]
    sleep: Callable[[float], None]
    connect: "Callable[..., psycopg.Connection[Any]]"
    event: Callable[[], Event]
    begin: Callable[[str, Callable[[], None]], Thread]
    process: Callable[[], Process]
    is_over: Callable[[], bool]


def _begin(name: str, act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act, name=name, daemon=True)
    thread.start()
    return thread


THE_MACHINE: Final = Surroundings(
    boot_ns=boot_ns,
    seconds=time.monotonic,
    sleep=time.sleep,
    connect=connect_directly,
    event=threading.Event,
    begin=_begin,
    process=this_process,
    is_over=endings.is_over,
)
around: Final[ContextVar[Surroundings]] = ContextVar("harness_surroundings", default=THE_MACHINE)
