"""What is done in a run: each kind of act, by the real code where the protocol has code for it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from django.db import Error

from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.database import connection, transaction
from migration_harness.deciding import source as sources
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.exceptions import HarnessError
from migration_harness.models import Flag
from migration_harness.seams.charge import Charge, FlagsChanged, charge, settle
from migration_harness.simulating.processes import SimulatedProcess
from migration_harness.simulating.scenario import ACCOUNTS, Act, Kind

if TYPE_CHECKING:
    from migration_harness.simulating.world import World

_TRIES: Final = 6
_PAUSE_SECONDS: Final = 0.25
_BETWEEN_SECONDS: Final = (0.0, 0.0, 0.005, 0.05, 0.4, 1.5)
"""What a host does between the price and its ledger; the last one is longer than a charge may be."""
_POST: Final = "SELECT simulated_post(%s, %s, %s, %s, %s, %s)"
_SETTLE: Final = "SELECT simulated_settle(%s, %s, %s, %s, %s, %s, %s, %s)"
_EVERYONE: Final = {"yes": True, "no": False, "unset": None}


class Failed(Exception):
    """The real code raised what it says nowhere that it raises."""


def _begin(world: "World", act: Act) -> None:
    if world.living(act.who) is None and act.who not in world.processes:
        world.sometimes.reached("a process began between a flip and its proof", world.waiting_for_proof)
        _begins(world, world.process(act.who), act)


def _fork(world: "World", act: Act) -> None:
    if (parent := world.living(act.who)) is not None and parent.source is not None and not _is_stopped(parent):
        world.tell(parent, f"forks {act.whom}")
        world.sometimes.reached("a flip came while a process forked", world.flips_under_way())
        child = world.process(act.whom)
        child.forked(parent)
        _first_decision(world, child, act)


def _begins(world: "World", process: SimulatedProcess, act: Act) -> None:
    world.tell(process, "begins")
    process.decides()
    _first_decision(world, process, act)


def _first_decision(world: "World", process: SimulatedProcess, act: Act) -> None:
    first = Act(number=act.number, at_ms=act.at_ms, kind=Kind.DECIDE, who=process.name, whom=ACCOUNTS[0])
    ACTS[Kind.DECIDE](world, first)


def _end(world: "World", act: Act) -> None:
    process = world.living(act.who)
    if process is None or process.source is None:
        return

    def end() -> None:
        while process.working:
            process.sleep(_PAUSE_SECONDS)
        world.tell(process, "ends")
        # Who is switched to from here on finds no source, as in a process that has forgotten its own.
        process.source = None
        sources.forget()
        process.is_over = True

    process.is_ending = True

    process.begin(f"end {act.number}", end)


def _kill(world: "World", act: Act) -> None:
    if (process := world.living(act.who)) is not None:
        world.sometimes.reached("a process was killed while it charged", process.charging)
        world.sometimes.reached("a process was killed while it flipped", process.flipping)
        world.tell(process, "is killed")
        process.kill()


def _stop(world: "World", act: Act) -> None:
    if (process := world.living(act.who)) is not None:
        world.tell(process, f"is stopped for {act.seconds:.2f} s")
        process.stopped_until_ns = world.scheduler.now_ns + int(act.seconds * 1_000_000_000)


def _cut(world: "World", act: Act) -> None:
    if (process := world.living(act.who)) is not None:
        world.tell(process, f"is cut off for {act.seconds:.2f} s")
        process.cut_until_ns = world.scheduler.now_ns + int(act.seconds * 1_000_000_000)


def _deaf(world: "World", act: Act) -> None:
    if (process := world.living(act.who)) is not None:
        how = "hears no notice" if act.how else "hears notices late"
        world.tell(process, f"{how} for {act.seconds:.2f} s")
        process.deaf_until_ns = world.scheduler.now_ns + int(act.seconds * 1_000_000_000)
        process.notice_takes_ns = 0 if act.how else int(act.seconds * 1_000_000_000)


def _clock(world: "World", act: Act) -> None:
    world.tell("", f"the database's clock is set by {act.seconds:+.1f} s")
    world.sometimes.reached("the database's clock was set while a rollback waited", world.waiting_for_proof)
    world.database.clock_is_ahead_ns += int(act.seconds * 1_000_000_000)


def _restart(world: "World", act: Act) -> None:
    world.tell("", f"the database restarts, {act.seconds:.2f} s")
    world.sometimes.reached("the database restarted during a flip", world.flips_under_way())
    world.database.restart()
    world.scheduler.at(world.scheduler.now_ns + int(act.seconds * 1_000_000_000), world.database.start)


def _hold(world: "World", act: Act) -> None:
    person = world.process(act.who)

    def hold() -> None:
        with suppress(Error), transaction.atomic():
            Flag.objects.select_for_update(no_key=True).get(name=act.whom)
            world.tell(person, f"holds {act.whom} for {act.seconds:.2f} s")
            person.sleep(act.seconds)

    person.begin("hold", hold)


def _working(act: Callable[["World", SimulatedProcess, Act], None]) -> Callable[["World", Act], None]:
    """Make it an act of a process that lives and decides."""

    def begin(world: "World", told: Act) -> None:
        process = world.living(told.who)
        if process is not None and process.source is not None:
            process.working += 1
            process.begin(f"{told.kind.value} {told.number}", lambda: work(process, told))

    def work(process: SimulatedProcess, told: Act) -> None:
        act(process.world, process, told)
        process.working -= 1

    return begin


def _decide(world: "World", process: SimulatedProcess, act: Act) -> None:
    _decide_now(world, process, act.whom)


def _decide_now(world: "World", process: SimulatedProcess, account: str) -> str:  # noqa: ARG001  Whose thread it is.
    return "candidate" if world.shown(account=account) == 3 else "control"  # noqa: PLR2004  Its price.


def _work(world: "World", process: SimulatedProcess, act: Act) -> None:
    with unit_of_work(execution_path=ExecutionPath.DIRECT):
        first = _decide_now(world, process, act.whom)
        process.sleep(world.chance(f"work {act.number}").uniform(0.01, 3.0))
        second = _decide_now(world, process, act.whom)
        newest = process.source.newest()
        would_be = newest.decide(world.shown.flag, act.whom).in_cohort if newest else False
        world.sometimes.reached(
            "a unit of work kept to the flags it began with", first == second == "control" and would_be
        )
        world.sometimes.reached("a rollback reached a unit of work that had begun on the candidate",
                                first == "candidate" and second == "control")  # fmt: skip
        _make_charge(world, process, act, suffix=" in a unit of work")


def _charge(world: "World", process: SimulatedProcess, act: Act) -> None:
    _make_charge(world, process, act, suffix="")


def _make_charge(world: "World", process: SimulatedProcess, act: Act, *, suffix: str) -> None:
    operation_id = f"charge {act.number}"
    name = f"{process}{suffix}"

    def once() -> None:
        before = sources.source().newest()
        with charge(operation_id=operation_id) as this:
            world.sometimes.reached("a charge was decided again, by newer flags",
                                    before is not None and before.epoch < this.snapshot.epoch)  # fmt: skip
            credits_ = world.price(account=act.whom)
            world.tell(process, f"makes {operation_id} of account {act.whom} by the price of {this.answered_by}")
            process.sleep(world.chance(operation_id).choice(_BETWEEN_SECONDS))
            with connection.cursor() as cursor:
                told: list[Any] = [operation_id, act.whom, credits_, this.answered_by, this.epoch, name]
                cursor.execute(_POST, told)

    _try(world, process, once)


def _settle(world: "World", process: SimulatedProcess, act: Act) -> None:
    operation_id = f"charge {act.number}"

    def write(this: Charge, credits_: int) -> None:
        with connection.cursor() as cursor:
            told: list[Any] = [
                this.flags,
                True,
                operation_id,
                act.whom,
                credits_,
                this.answered_by,
                this.epoch,
                process.name,
            ]
            cursor.execute(_SETTLE, told)
            (is_written,) = cursor.fetchone()
        if not is_written:
            world.sometimes.reached("a charge was decided again, by newer flags", True)  # noqa: FBT003  It is.
            raise FlagsChanged(operation_id)

    _try(
        world,
        process,
        lambda: settle(operation_id=operation_id, price=lambda: world.price(account=act.whom), write=write),
    )


def _try(world: "World", process: SimulatedProcess, once: Callable[[], Any]) -> None:
    """Charge as a client does: where it is not known whether it was done, again under the same id."""
    process.charging += 1
    try:
        for _ in range(_TRIES):
            begun_ns = world.scheduler.now_ns
            try:
                once()
            except (Error, HarnessError) as error:
                world.tell(process, f"is not told that it has charged: {type(error).__name__}")
                connection.close()
            else:
                return
            finally:
                ran_out = process.boot_ns() >= process.source._deadline_ns  # noqa: SLF001
                world.sometimes.reached("a lease ran out while its process charged",
                                        ran_out and begun_ns < world.scheduler.now_ns)  # fmt: skip
            process.sleep(_PAUSE_SECONDS)
    finally:
        process.charging -= 1


def _flip(world: "World", act: Act) -> None:
    operator = world.process(act.who)

    def flip() -> None:
        what = f"{act.whom} {act.how if 'account' in act.how else act.how.rsplit(' ', 1)[0]}"
        world.tell(operator, f"{act.kind.value} {what}")
        world.sometimes.reached("two flips of one flag met", act.whom in _flags_being_flipped(world))
        operator.flag = act.whom
        with _being_proven(world, operator):
            _flip_now(world, operator, act)

    operator.begin("flip", flip)


def _flip_now(world: "World", operator: SimulatedProcess, act: Act) -> None:
    began_ns = world.scheduler.now_ns
    try:
        if act.kind is Kind.ROLL_BACK:
            made = rollback.roll_back(names=[act.whom], actor="simulation", reason="simulated")
        else:
            made = rollback.change_flag(name=act.whom, change=_change(act.how), actor="simulation", reason="simulated")
    except (Error, HarnessError) as error:
        world.tell(operator, f"is not told that it was done: {error}")
        return
    proof = made.proof
    world.sometimes.reached("a flip ended who held it up", made.ended)
    if not proof.holds:
        world.tell(operator, f"has no proof of epoch {proof.epoch}: {', '.join(map(str, proof.late))} late")
        return
    world.tell(operator, f"has the proof of epoch {proof.epoch} after {proof.waited_ms:.0f} ms: "
               f"{len(proof.acknowledged)} obey, {len(proof.fenced)} fenced")  # fmt: skip
    for process in world.processes.values():
        is_cut = process.cut_until_ns > world.scheduler.now_ns > began_ns and not process.is_over
        world.sometimes.reached("a rollback was proven while a process was cut off", is_cut and process.source)
    world.sometimes.reached("a rollback was proven with a process fenced", proof.fenced)
    world.invariants.proven(max(each.epoch for each in made.flips))


@contextmanager
def _being_proven(world: "World", operator: SimulatedProcess) -> Iterator[None]:
    operator.flipping += 1
    world.waiting_for_proof += 1
    try:
        yield
    finally:
        operator.flipping -= 1
        world.waiting_for_proof -= 1


def _flags_being_flipped(world: "World") -> set[str]:
    return {process.flag for process in world.processes.values() if process.flipping}


def _change(how: str) -> FlagChange:
    what, to, account = how.split(" ")
    if what == "everyone":
        return FlagChange(everyone=_EVERYONE[to])
    return FlagChange(account_id=account, membership=to)  # type: ignore[arg-type]


def _is_stopped(process: SimulatedProcess) -> bool:
    return process.stopped_until_ns > process.world.scheduler.now_ns


ACTS: Final[Mapping[Kind, Callable[["World", Act], None]]] = {
    Kind.BEGIN: _begin,
    Kind.FORK: _fork,
    Kind.END: _end,
    Kind.KILL: _kill,
    Kind.STOP: _stop,
    Kind.CUT: _cut,
    Kind.DEAF: _deaf,
    Kind.CLOCK: _clock,
    Kind.RESTART: _restart,
    Kind.HOLD: _hold,
    Kind.DECIDE: _working(_decide),
    Kind.CHARGE: _working(_charge),
    Kind.SETTLE: _working(_settle),
    Kind.WORK: _working(_work),
    Kind.FLIP: _flip,
    Kind.ROLL_BACK: _flip,
}
