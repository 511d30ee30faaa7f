"""One run: a fleet, its database, what happens to them, and what was seen of it."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from structlog.testing import capture_logs

from migration_harness.deciding import source as sources
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag
from migration_harness.seams.seam import Seam
from migration_harness.simulating.acting import ACTS, Failed
from migration_harness.simulating.database import Database, Deadlock, Row, Session, Transaction
from migration_harness.simulating.invariants import CREDITS, OPENING, Broken, Invariants
from migration_harness.simulating.processes import SimulatedProcess
from migration_harness.simulating.protocol import FLAG_LOCK
from migration_harness.simulating.scenario import ACCOUNTS, FLAGS, MODELS, PRICES, Act, Kind, Scenario
from migration_harness.simulating.scheduling import Scheduler, Stuck, Task
from migration_harness.simulating.sometimes import Sometimes

_SETTLED_MS: Final = 9_000
"""After the calm: within this everything that was begun is over."""
_USUAL_MS: Final = (0.1, 1.5)
_SELDOM: Final = ((0.0015, (400, 2_600)), (0.02, (5, 300)))
"""How long a message takes, in milliseconds, in which share of the cases: it waits somewhere, or comes again."""
_SELDOM_OF_LEASES: Final = ((0.012, (300, 4_000)), (0.03, (5, 300)))
"""The same for what renews leases, which nobody waits for: here it must do no harm."""
_SELDOM_AT_FIRST: Final = ((0.08, (100, 1_500)), (0.25, (5, 100)))
_FIRST_MESSAGES: Final = 10
"""And for a process that takes its first lease, beside others that begin."""
_FAULT: Final = "harness.fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who did what, and when, in nanoseconds since the run began."""

    at_ns: int
    who: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one run.

    Attributes:
        scenario: What happened.
        broken: The promise that was broken, in a sentence; empty where all were kept.
        history: What was seen, in order.
        steps: How many there were.
        flips: How many flips committed.
        charges: How many charges committed.
        processes: How many processes there were.
    """

    scenario: Scenario
    broken: str
    history: tuple[Line, ...]
    steps: int
    flips: int
    charges: int
    processes: int


class World:
    """The fleet and its surroundings while a run goes on."""

    def __init__(self, scenario: Scenario, sometimes: Sometimes) -> None:
        self.scenario = scenario
        self.sometimes = sometimes
        self.scheduler = Scheduler()
        self.database = Database(self.scheduler)
        self.processes: dict[str, SimulatedProcess] = {}
        self.history: list[Line] = []
        self.waiting_for_proof = 0
        self.clock_was_set = False
        self._chances: dict[str, Random] = {}
        self._messages: Counter[str] = Counter()
        _furnish(self.database, on=scenario.on)
        self.invariants = Invariants(self)
        self.price, self.shown = _seams(self)
        self.scheduler.on_step = self.invariants.after_step
        self.scheduler.on_switch = self._switch
        self.database.before_commit.append(self.invariants.before_commit)
        self.database.after_commit += [self.invariants.after_commit, self._committed]
        self.database.carry = self._carry
        self.database.on_wait = self._waits

    def run(self) -> Run:
        """Let everything happen; returns what came of it."""
        for act in self.scenario.acts:
            self.scheduler.at(act.at_ms * 1_000_000, lambda act=act: ACTS[act.kind](self, act))  # type: ignore[misc]
        self.scheduler.at(self.scenario.calm_ms * 1_000_000, self._calm)
        before, broken = sources._source, ""  # noqa: SLF001  Every process has its own.
        with _own_seams(self.price, self.shown), capture_logs() as logged:
            try:
                self.scheduler.run(until_ns=(self.scenario.calm_ms + _SETTLED_MS) * 1_000_000)
                self._check_settled(logged)
            except (Broken, Failed, Deadlock, Stuck) as error:
                broken = str(error)
            finally:
                sources._source = before  # noqa: SLF001
        return Run(
            scenario=self.scenario,
            broken=broken,
            history=tuple(self.history),
            steps=self.scheduler.steps,
            flips=self.database.table("migration_harness_epoch")[1]["value"],
            charges=len(self.database.table("entry")),
            processes=len(self.processes),
        )

    def process(self, name: str) -> SimulatedProcess:
        """Return a process, which exists from now on."""
        if name not in self.processes:
            number = len(self.processes) + 1
            boot_ns = self.chance(f"machine of {name}").randrange(10**15)
            self.processes[name] = SimulatedProcess(self, name, pid=number, boot_ns=boot_ns)
        return self.processes[name]

    def living(self, name: str) -> SimulatedProcess | None:
        """Return a process that has begun and not ended."""
        process = self.processes.get(name)
        return None if process is None or process.is_over or process.is_ending else process

    def tell(self, who: object, what: str) -> None:
        """Put a line into the history."""
        self.history.append(Line(at_ns=self.scheduler.now_ns, who=str(who), what=what))

    def chance(self, what: str) -> Random:
        """Return the chances of one thread: the same ones whoever else is there."""
        if what not in self._chances:
            self._chances[what] = Random(f"{self.scenario.seed} {what}")  # noqa: S311  A run that can be had again.
        return self._chances[what]

    def latency_ns(self, task: Task) -> int:
        """Return how long a message is on its way, this time."""
        chance = self.chance(task.name)
        seldom = chance.random() if self.scheduler.now_ns < self.scenario.calm_ms * 1_000_000 else 1.0
        self._messages[task.name] += 1
        seldom_ms = _seldom(task, self._messages[task.name])
        slow_ms = next((slow_ms for share, slow_ms in seldom_ms if seldom < share), _USUAL_MS)
        return int(chance.uniform(*slow_ms) * 1_000_000)

    def heard(self, process: SimulatedProcess, sql: str, answer: Any) -> None:
        """Be told of an answer that a process has got: what a person wants to read of it goes into the history."""
        text = sql.lstrip()
        if text.startswith("INSERT INTO migration_harness_lease"):
            self.tell(process, f"has lease {answer[0][0]}")
        elif text.startswith("SELECT (SELECT value"):
            self.tell(process, f"reads the flags: epoch {answer[0][0]}")
            self._loaded(process, answer[0][0])
        elif text.startswith("UPDATE migration_harness_lease\nSET epoch") and answer:
            known = process.source and process.source._snapshot and process.source._snapshot.epoch  # noqa: SLF001
            if known != answer[0][0]:
                self.tell(process, f"renews its lease by epoch {known}, and hears of epoch {answer[0][0]}")
        elif "begin_charge" in text:
            self.tell(process, f"has the flags' locks: {', '.join(f'{flag} {epoch}' for flag, epoch in answer)}")

    def flips_under_way(self) -> bool:
        """Tell whether a flip has begun and not committed."""
        return any(process.flipping for process in self.processes.values() if not process.is_over)

    def _loaded(self, process: SimulatedProcess, epoch: int) -> None:
        process.loaded_epoch = epoch
        snapshot = process.source and process.source._snapshot  # noqa: SLF001
        if snapshot is not None:
            self.sometimes.reached("two flips came within one renewal", epoch >= snapshot.epoch + 2)
            is_deaf = process.deaf_until_ns > self.scheduler.now_ns
            told = epoch > snapshot.epoch and is_deaf
            self.sometimes.reached("a notice was lost, and the renewal told of the flip", told)

    def _switch(self, task: Task) -> None:
        """Have the memory that a process has for itself: its source."""
        owner = task.owner
        sources._source = owner.source if isinstance(owner, SimulatedProcess) else None  # noqa: SLF001

    def _carry(self, session: Session, channel: str, payload: str) -> None:  # noqa: ARG002  As it is called.
        process: SimulatedProcess = session.owner
        now_ns = self.scheduler.now_ns
        if now_ns < process.deaf_until_ns and not process.notice_takes_ns:
            return
        late_ns = process.notice_takes_ns if now_ns < process.deaf_until_ns else 0
        takes_ns = self.chance(f"notices to {process}").randrange(100_000, 3_000_000) + late_ns
        arrives_ns = max(now_ns + takes_ns, process.cut_until_ns)

        def arrive() -> None:
            source = process.source
            if source is not None and session.ended is None:
                is_over = source._snapshot is not None and process.boot_ns() >= source._deadline_ns  # noqa: SLF001
                self.sometimes.reached("a notice came after the lease had run out", is_over)
            session.hear(payload)

        self.scheduler.at(arrives_ns, arrive)

    def _waits(self, session: Session, key: Hashable) -> None:
        if isinstance(key, tuple) and key[:2] == ("advisory", FLAG_LOCK):
            process: SimulatedProcess = session.owner
            self.sometimes.reached("a flip waited for a charge", process.flipping)
            self.sometimes.reached("a charge waited for a flip", not process.flipping)
            self.tell(process, "waits for charges" if process.flipping else "waits for a flip")

    def _committed(self, session: Session, transaction: Transaction) -> None:
        counter = transaction.writes.get(("migration_harness_epoch", 1))
        if counter is not None:
            (flag,) = [
                row for (table, _), row in transaction.writes.items() if table == "migration_harness_flag" and row
            ]
            self.tell(session.owner, f"commits epoch {counter['value']}: {flag['name']} {_in_words(flag)}")
        for (table, _), row in transaction.writes.items():
            if table == "entry" and row is not None:
                self.tell(session.owner, f"commits {row['id']} of account {row['account']}, price of {row['side']}")
            if table == "migration_harness_lease" and row is not None:
                self._renewed(session, row)

    def _renewed(self, session: Session, row: Row) -> None:
        came_back = row["ran_out"] is not None and row["ran_out"] != row["renewed_at"]
        self.sometimes.reached("a process that was taken for over renewed its lease",
                               came_back and session.owner.source is not None)  # fmt: skip

    def _calm(self) -> None:
        """All is well again: a rollback must be proven, and whoever lives must be able to charge."""
        self.tell("", "all faults are over")
        number = max((act.number for act in self.scenario.acts), default=0) + 1
        last = Act(
            number=number, at_ms=0, kind=Kind.ROLL_BACK, who="the last operator", whom=PRICES, how="everyone no 1"
        )
        ACTS[Kind.ROLL_BACK](self, last)
        for name in [name for name, process in self.processes.items() if process.source and self.living(name)]:
            number += 1
            ACTS[Kind.CHARGE](self, Act(number=number, at_ms=0, kind=Kind.CHARGE, who=name, whom=ACCOUNTS[0]))

    def _check_settled(self, logged: list[Any]) -> None:
        if faults := [each for each in logged if each["event"] == _FAULT]:
            raise Broken(f"The harness itself failed: {faults[0]}")
        for name, process in self.processes.items():
            if not process.is_over and (process.charging or process.flipping):
                raise Broken(f"{name} goes on no more: what it began before all was well is not over.")
        if "the last operator" not in self.proven:
            raise Broken("All was well again, and the last rollback was not proven.")

    @property
    def proven(self) -> set[str]:
        """Operators whose flip was proven."""
        return {line.who for line in self.history if line.what.startswith("has the proof")}


def _seldom(task: Task, messages: int) -> tuple[tuple[float, tuple[int, int]], ...]:
    if "/harness-lease" not in task.name:
        return _SELDOM
    return _SELDOM_AT_FIRST if messages <= _FIRST_MESSAGES else _SELDOM_OF_LEASES


def _in_words(flag: Row) -> str:
    everyone = {True: "yes", False: "no", None: "unset"}[flag["everyone"]]
    return f"everyone {everyone}"


def _furnish(database: Database, *, on: tuple[str, ...]) -> None:
    """Put in what is there at the beginning: two flags, accounts with credits."""
    database.table("migration_harness_epoch")[1] = {"id": 1, "value": 0}
    for key, (name, requires) in enumerate(zip(FLAGS, ([], [MODELS]), strict=True), start=1):
        flag = Flag(
            id=key,
            name=name,
            everyone=True if name in on else None,
            stage=Stage.RAMPDOWN.value,
            baseline=Stage.OFF.value,
            salt="0" * 16,
            requires=requires,
        )
        database.table("migration_harness_flag")[key] = {
            field.attname: getattr(flag, field.attname)
            for field in Flag._meta.concrete_fields  # noqa: SLF001
        }
    for account in ACCOUNTS:
        database.table("account")[account] = {"id": account, "credits": OPENING}


def _seams(world: World) -> tuple[Any, Any]:
    def side(name: str, *, is_shown: bool) -> Callable[..., int]:
        def answer(*, account: str) -> int:  # noqa: ARG001  What a side takes.
            task = world.scheduler.current
            if is_shown and name == "candidate" and task is not None and isinstance(task.owner, SimulatedProcess):
                world.invariants.answered_by_the_candidate(task.owner)
            return CREDITS[name]

        return answer

    def made(name: str, *, money: bool) -> Any:
        return Seam(
            name=name,
            flag=PRICES,
            control=side("control", is_shown=not money),
            candidate=side("candidate", is_shown=not money),
            subject=lambda *, account, **_: account,
            measure="credits" if money else None,
            money=money,
            pure=True,
        )

    before = dict(seams._by_name)  # noqa: SLF001
    try:
        return made("simulated.price", money=True), made("simulated.shown", money=False)
    finally:
        seams._by_name = before  # noqa: SLF001


@contextmanager
def _own_seams(*own: Any) -> Iterator[None]:
    """Have these seams alone: those of the host are no part of a simulation."""
    before = seams._by_name  # noqa: SLF001
    seams._by_name = {seam.name: seam for seam in own}  # noqa: SLF001
    try:
        yield
    finally:
        seams._by_name = before  # noqa: SLF001
