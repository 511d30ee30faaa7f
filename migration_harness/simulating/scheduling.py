"""One thing at a time, in an order that a seed decides: threads that pass a baton, and a clock that jumps.

Note [One baton]: code that blocks runs unchanged, on a thread of its own; but only the thread with the baton runs.
Whoever waits says until when, and hands the baton to whoever is next by the simulated clock. Nobody ever waits for
real, and nothing depends on how fast this machine is: the same seed takes the same steps.
"""

import contextvars
import threading
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, Final

MOST_STEPS: Final = 400_000
"""Of one run; more is a loop without an end."""


class Killed(BaseException):
    """The process of this thread was killed: nothing it does from now on has an effect."""


class Stuck(Exception):
    """The run does not end: whoever waits waits for ever, or somebody never waits."""


class Owner:
    """Whose thread it is: a process, which can be killed or stopped for a while."""

    is_killed = False
    stopped_until_ns = 0


class Task:
    """One thread of a simulated process.

    Attributes:
        is_at_the_server: What it does just now is done by the server, whatever becomes of its own process.
    """

    def __init__(self, name: str, owner: Owner) -> None:
        self.name = name
        self.owner = owner
        self.is_at_the_server = False
        self.is_over = False
        self.baton = threading.Lock()
        self.baton.acquire()
        self.waits = 0
        """The number of the wait that it is in; what was said of an earlier one is void."""
        self.is_waiting = False
        self.was_woken = False

    def is_alive(self) -> bool:
        """Tell whether it goes on."""
        return not self.is_over


class Scheduler:
    """Runs tasks and timers in the order of the simulated clock, which is in nanoseconds."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.steps = 0
        self.current: Task | None = None
        self.on_step: Callable[[], None] = lambda: None
        """Called after each step; what it raises ends the run."""
        self.on_switch: Callable[[Task], None] = lambda _: None
        self.failure: BaseException | None = None
        self._queue: list[tuple[int, int, Task | None, Any]] = []
        self._count = 0
        self._living: set[Task] = set()
        self._main = threading.Lock()
        self._main.acquire()
        self._is_over = False
        self._ends_ns = 0

    def begin(self, name: str, act: Callable[[], None], *, owner: Owner, context: contextvars.Context) -> Task:
        """Begin a thread of ``owner``'s: it takes its first step when the others have waited."""
        task = Task(name, owner)
        self._living.add(task)
        threading.Thread(target=self._run, args=(task, act, context), name=f"simulated {name}", daemon=True).start()
        task.is_waiting = True
        self._put(self.now_ns, task, task.waits)
        return task

    def at(self, at_ns: int, act: Callable[[], None]) -> None:
        """Have ``act`` called at a time; it must not wait."""
        self._put(max(at_ns, self.now_ns), None, act)

    def wait(self, until_ns: int | None) -> bool:
        """Wait in the current task until it is woken, at most until a time; tells whether it was woken."""
        task = self.running
        if task.owner.is_killed and not task.is_at_the_server:
            raise Killed
        task.waits += 1
        task.is_waiting, task.was_woken = True, False
        if until_ns is not None:
            self._put(max(until_ns, self.now_ns), task, task.waits)
        self._hand_on(task)
        if task.owner.is_killed and not task.is_at_the_server:
            raise Killed
        return task.was_woken

    def wake(self, task: Task) -> None:
        """Let a task go on that waits, now."""
        if task.is_waiting and not task.was_woken:
            task.was_woken = True
            self._put(self.now_ns, task, task.waits)

    def end_waits(self, owner: Owner) -> None:
        """Let every thread of a killed process meet its end; what the server does for one, it does first."""
        for task in sorted(self._living, key=lambda each: each.name):
            if task.owner is owner and not task.is_at_the_server:
                self.wake(task)

    def run(self, *, until_ns: int) -> None:
        """Run until nothing is left to do or the time is over, then end every thread. Raises what broke the run."""
        self._ends_ns = until_ns
        self._hand_on(None)
        self._main.acquire()
        self._is_over = True
        for task in list(self._living):
            task.owner.is_killed = True
            task.is_at_the_server = False
            self.current = task
            task.baton.release()
            self._main.acquire()
        if self.failure is not None:
            raise self.failure

    def fail(self, error: BaseException) -> None:
        """End the run with this error, at the end of this step."""
        self.failure = self.failure or error

    @property
    def running(self) -> Task:
        """The task whose turn it is."""
        if self.current is None:
            raise Stuck("Only a simulated thread waits.")
        return self.current

    def _put(self, at_ns: int, task: Task | None, what: Any) -> None:
        self._count += 1
        heappush(self._queue, (at_ns, self._count, task, what))

    def _run(self, task: Task, act: Callable[[], None], context: contextvars.Context) -> None:
        task.baton.acquire()
        try:
            if not task.owner.is_killed:
                context.run(act)
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001  Raised by run.
            if not task.owner.is_killed:
                self.fail(error)
        finally:
            task.is_over = True
            self._living.discard(task)
            self._hand_on(None)

    def _hand_on(self, me: Task | None) -> None:
        """Take steps until a task is next: go on where it is this one, else hand it the baton and wait for one."""
        if self._is_over:
            self._main.release()
            return
        following = self._next()
        if following is me and me is not None:
            return
        (self._main if following is None else following.baton).release()
        if me is not None:
            me.baton.acquire()

    def _next(self) -> Task | None:
        """Return whose turn it is, after all timers before it; None where the run is over."""
        while True:
            self._check()
            if self.failure is not None or not self._queue or self._queue[0][0] > self._ends_ns:
                return None
            at_ns, _, task, what = heappop(self._queue)
            if task is None:
                self.now_ns = at_ns
                self.steps += 1
                self.current = None
                try:
                    what()
                except BaseException as error:  # noqa: BLE001  Raised by run.
                    self.fail(error)
                continue
            if not task.is_waiting or what != task.waits or task.is_over:
                continue
            if at_ns < task.owner.stopped_until_ns and not task.is_at_the_server and not task.owner.is_killed:
                self._put(task.owner.stopped_until_ns, task, what)
                continue
            self.now_ns = at_ns
            self.steps += 1
            task.is_waiting = False
            self.current = task
            self.on_switch(task)
            return task

    def _check(self) -> None:
        if self.steps > MOST_STEPS:
            self.fail(Stuck(f"The run does not end: {MOST_STEPS:,} steps."))
        if self.failure is None:
            try:
                self.on_step()
            except Exception as error:  # noqa: BLE001  Raised by run.
                self.fail(error)


class Event:
    """An event of a simulated process's: ``threading.Event``, by the simulated clock."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._is_set = False
        self._waiting: list[Task] = []

    def set(self) -> None:
        """Let everybody go on who waits."""
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            self._scheduler.wake(task)

    def is_set(self) -> bool:
        """Tell whether it was set."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most so many seconds; tells whether it is."""
        if not self._is_set:
            self._waiting.append(self._scheduler.running)
            until_ns = None if timeout is None else self._scheduler.now_ns + int(timeout * 1_000_000_000)
            self._scheduler.wait(until_ns)
        return self._is_set
