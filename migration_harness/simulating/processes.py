"""A simulated process: the real source of decisions, with a clock, a network and a fate of its own."""

import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import connections

from migration_harness.database import alias
from migration_harness.deciding import source as sources
from migration_harness.deciding.leases import Lease
from migration_harness.deciding.processes import Process
from migration_harness.deciding.source import BackgroundSource
from migration_harness.deciding.surroundings import Surroundings, around
from migration_harness.simulating.connecting import Connection, SimulatedDatabase
from migration_harness.simulating.database import Session
from migration_harness.simulating.scheduling import Event, Owner, Task

if TYPE_CHECKING:
    from migration_harness.simulating.world import World


class SimulatedSource(BackgroundSource):
    """The real source, which follows nothing but the flags: what else a host follows is no part of the protocol."""

    def _follow_others(self, lease: Lease) -> None:
        """Follow nothing."""


class SimulatedProcess(Owner):
    """One process of the fleet, or an operator's command.

    Attributes:
        source: What its decisions come from; None in a command, which decides nothing.
        cut_until_ns: Until when nothing gets through between it and the database.
        deaf_until_ns: Until when notices do not reach it.
        charging: Charges that are under way in it.
        flipping: Flips that are under way in it.
        working: All that is under way in it for somebody.
        loaded_epoch: The epoch that the flags had when it last read them.
        flag: The flag that it flips.
        is_ending: Whether it begins nothing any more.
    """

    def __init__(self, world: "World", name: str, *, pid: int, boot_ns: int) -> None:
        self.world = world
        self.name = name
        self.source: Any = None
        self.sessions: list[Session] = []
        self.cut_until_ns = self.deaf_until_ns = 0
        self.notice_takes_ns = 0
        self.charging = self.flipping = self.working = 0
        self.is_over = self.is_ending = False
        self.loaded_epoch = -1
        self.flag = ""
        self._boot_ns = boot_ns
        self._begun = 0
        self._who = Process(host="simulated", pid=pid, role=name)
        self._surroundings = Surroundings(
            boot_ns=self.boot_ns,
            seconds=lambda: world.scheduler.now_ns / 1_000_000_000,
            sleep=self.sleep,
            connect=lambda *, name, **_: Connection(self, name=name),  # type: ignore[arg-type]
            event=lambda: Event(world.scheduler),
            begin=self.begin,
            process=lambda: self._who,
            is_over=lambda: self.is_over,
        )

    def __str__(self) -> str:
        return self.name

    def boot_ns(self) -> int:
        """Return nanoseconds since its machine was started: every machine was at another time."""
        return self.world.scheduler.now_ns + self._boot_ns

    def sleep(self, seconds: float) -> None:
        """Wait, by the simulated clock."""
        scheduler = self.world.scheduler
        scheduler.wait(scheduler.now_ns + int(seconds * 1_000_000_000))

    def decides(self) -> None:
        """Give it a source of decisions, as a process has by its first decision."""
        self.source = self._inside(SimulatedSource)

    def forked(self, parent: "SimulatedProcess") -> None:
        """Begin as the child of another one: with its memory, and then as the real code begins anew."""
        before, sources._source = sources._source, parent.source  # noqa: SLF001
        try:
            sources._forget_after_fork()  # noqa: SLF001
            self.source = sources._source or self._inside(SimulatedSource)  # noqa: SLF001
        finally:
            sources._source = before  # noqa: SLF001

    def begin(self, name: str, act: Callable[[], None]) -> Task:
        """Begin a thread of this process."""
        self._begun += 1
        context = contextvars.Context()
        context.run(around.set, self._surroundings)
        named = f"{self.name}/{name} {self._begun}" if name.startswith("harness") else f"{self.name}/{name}"
        return self.world.scheduler.begin(named, lambda: self._with_database(act), owner=self, context=context)

    def kill(self) -> None:
        """Kill it: its threads end where they are. The server sees its connections close when it looks at them."""
        scheduler = self.world.scheduler
        self.is_killed = self.is_over = True
        scheduler.end_waits(self)
        for session in self.sessions:
            if not session.is_active:
                scheduler.at(scheduler.now_ns + 1_000, session.end)

    def answered(self, sql: str, answer: Any) -> None:
        """Be told what the server answered, before the real code goes on."""
        self.world.heard(self, sql, answer)

    def _inside(self, make: Callable[[], Any]) -> Any:
        context = contextvars.Context()
        context.run(around.set, self._surroundings)
        return context.run(make)

    def _with_database(self, act: Callable[[], None]) -> None:
        name = alias()
        connection = connections[name] = SimulatedDatabase(self, connections.settings[name], name)
        act()
        connection.close()
