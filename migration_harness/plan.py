"""A migration on one page: its phases and flags, declared by the host."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, cast

from migration_harness.conf import configured, setting
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.exceptions import InvalidChange, UnknownGate, UnknownPhase

if TYPE_CHECKING:
    from migration_harness.retire.drops import Drop
    from migration_harness.retire.lines import LegacyLine
    from migration_harness.rollout.criteria.criterion import Criterion


class GateName(StrEnum):
    """A condition for entering a phase (before any account is live) or for leaving it."""

    TESTS = "tests"
    """The tests are green on this revision, after this phase."""
    COMPARISONS = "comparisons"
    """Every expected stratum has enough clean comparisons."""
    BOUND = "bound"
    """The upper bound of the mismatch ratio is low enough."""
    DISCREPANCIES = "discrepancies"
    """No discrepancy is open."""
    LATENCY = "latency"
    """The candidate is not slower than the control allows."""
    STORES = "stores"
    """The stores are reconciled: no drift, equal fingerprints."""
    QUIET = "quiet"
    """No error for some days, and data in each of them."""
    FORECAST = "forecast"
    """The forecast is signed off by a person."""
    LEGACY_UNUSED = "legacy_unused"
    """Legacy code was not executed for some days."""
    CHECKLIST = "checklist"
    """The manual checklist is done."""
    BACKUP = "backup"
    """The backup is verified."""
    TRIAL_BALANCE = "trial_balance"
    """Every invariant of ledger, evidence and trail holds."""
    LAWS = "laws"
    """No recorded operation breaks a law, and of each kind some were recorded."""
    SILENCE = "silence"
    """Nothing fell silent: each seam and stratum that was called is called still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """A gate that somebody outside answers over REST: a CI job, a finance system.

    ``words`` says what is asked; an answer holds for ``hours`` at most, whatever it says of itself.
    """

    name: str
    words: str
    hours: int = 24


GateRef = GateName | External | str
"""A gate of the harness, one that is answered from outside, or the dotted path of a host's own: a class with a name and
an ``answer``, see :mod:`migration_harness.rollout.gates.gate`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A slice of the traffic that must be seen for itself."""

    execution_path: ExecutionPath
    operation: str
    model: str

    def has(self, *, execution_path: str, group: Sequence[str]) -> bool:
        """Tell whether a call is of it: its group begins with operation and model, and may say more."""
        return execution_path == self.execution_path and tuple(group[:2]) == (self.operation, self.model)


def strata(*, paths: Iterable[ExecutionPath], operations: Iterable[str], model: str) -> Iterator[Stratum]:
    """Return the strata of some operations on some paths, on one model."""
    made = list(operations)
    return (Stratum(execution_path=path, operation=each, model=model) for path in paths for each in made)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """How a flag is rolled out, where whoever starts it says nothing else.

    Attributes:
        shares_bps: The share of all accounts at each step, in basis points, each larger than the one before.
        soak: How long each step is watched before the next, in days of ``HARNESS["DAY_SECONDS"]``.
        sample: How many comparisons each step needs before the next.
        approve_before_bps: The steps before which another person has to approve.
    """

    shares_bps: tuple[int, ...] = (100, 500, 2_500, 5_000, 10_000)
    soak: timedelta = timedelta(days=1)
    sample: int = 200
    approve_before_bps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFlag:
    """A flag that the plan needs, with the seams that ask it.

    Attributes:
        name: Its name.
        owner: Who answers for it.
        note: What it changes, in a sentence.
        seams: The seams that ask it.
        requires: Flags that an account must be in as well.
        has_store: The two sides write to stores of their own.
        rolls_back_itself: An unexplained comparison of one of its money seams rolls it back without a person, while
            its candidate answers anybody.
        customers_see: What customers see while the control answers them, in a few words: a rollback tells it.
        guards: What watches its rollouts besides: dotted paths of the host's own guards, classes or objects.
        dry_guards: Names of guards that are read and shown, and never decide.
        rollout: How it is rolled out; None: as its phase says.
    """

    name: str
    owner: str
    note: str = ""
    customers_see: str = ""
    seams: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    has_store: bool = False
    rolls_back_itself: bool = True
    guards: tuple[str, ...] = ()
    dry_guards: tuple[str, ...] = ()
    rollout: RolloutPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSchema:
    """What a phase without flags puts into the database, and its way back takes out again.

    Attributes:
        migrations: Its schema migrations, as ``app_label.name``; each can be undone, and in a transaction.
        holds: The tables and columns whose content is lost with that: what a backup before it has.
    """

    migrations: tuple[str, ...]
    holds: "tuple[Drop, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One step of the plan.

    Attributes:
        number: Its place in the order, from 1.
        name: What changes, in a few words.
        risk: What can go wrong, in a few words.
        way_back: What a rollback of this phase is.
        flags: The flags that move in this phase.
        entering: What must hold before any account is live.
        leaving: What must hold before the next phase begins.
        checklist: What people do by hand and tick off, where one of its gates is the checklist.
        quiet_days: For how many days there must have been no error, where one of its gates is quiet.
        strata: The slices of traffic that must have been compared before any account is live.
        go_live_by: How many people it takes to let more accounts get the candidate: 1, or 2 where another approves.
        sign_off_by: How many people sign the forecast, where a gate of the phase asks for one: 1 or 2.
        rollout: How its flags are rolled out.
        drops: What the database loses when the legacy code of this phase is removed.
        schema: What the phase puts into the database, where its way back is to take that out again.
    """

    number: int
    name: str
    risk: str
    way_back: str
    flags: tuple[PlannedFlag, ...] = ()
    entering: tuple[GateRef, ...] = ()
    leaving: tuple[GateRef, ...] = (GateName.TESTS,)
    checklist: tuple[str, ...] = ()
    quiet_days: int = 7
    strata: tuple[Stratum, ...] = ()
    go_live_by: Literal[1, 2] = 1
    sign_off_by: Literal[1, 2] = 1
    rollout: RolloutPlan = RolloutPlan()
    drops: "tuple[Drop, ...]" = ()
    schema: PhaseSchema | None = None

    @property
    def laid(self) -> frozenset[tuple[str, str]]:
        """The schema migrations of the phase that its way back undoes, each as app and name."""
        named = self.schema.migrations if self.schema else ()
        return frozenset((app, name) for app, _, name in (each.partition(".") for each in named))

    @property
    def gates(self) -> tuple[GateRef, ...]:
        """Every gate of the phase, entering and leaving."""
        return (*self.entering, *self.leaving)

    def gate_outside(self, name: str) -> External:
        """Return the gate of this name that is answered from outside. Raises UnknownGate, InvalidChange."""
        outside = {each.name: each for each in self.gates if isinstance(each, External)}
        if name in outside:
            return outside[name]
        phase = f"Phase {self.number} ({self.name})"
        if name in {str(each) for each in self.gates}:
            raise InvalidChange(f"{phase}: the gate {name} is answered by evidence, and by nobody outside.")
        known = ", ".join(outside) or "none"
        raise UnknownGate(f"{phase} has no gate {name!r}. Its gates that are answered from outside: {known}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The phases of one migration, in order. Named by the setting ``HARNESS["PLAN"]``; a host may do without.

    ``legacy`` lists what must be gone at the end, ``criteria`` when it is complete.
    """

    phases: tuple[Phase, ...] = ()
    legacy: "tuple[LegacyLine, ...]" = ()
    criteria: "tuple[Criterion, ...]" = ()

    def phase(self, number: int) -> Phase:
        """Return the phase of this number. Raises UnknownPhase."""
        found = next((each for each in self.phases if each.number == number), None)
        if found is None:
            known = ", ".join(str(each.number) for each in self.phases)
            raise UnknownPhase(f"The plan has no phase {number}. Its phases: {known}.")
        return found

    def phase_of(self, flag: str) -> Phase | None:
        """Return the phase in which a flag moves; None for a flag that the plan does not name."""
        return next((phase for phase in self.phases if flag in {each.name for each in phase.flags}), None)

    @property
    def flags(self) -> tuple[PlannedFlag, ...]:
        """Every flag of the plan."""
        return tuple(flag for phase in self.phases for flag in phase.flags)

    def customers_see(self, name: str) -> str:
        """Return what customers see while a flag's control answers them; empty where the plan does not say."""
        return next((flag.customers_see for flag in self.flags if flag.name == name), "")

    def flag_named(self, name: str) -> PlannedFlag | None:
        """Return a flag of the plan, None where it has none of this name."""
        return next((flag for flag in self.flags if flag.name == name), None)

    @property
    def drops(self) -> "tuple[Drop, ...]":
        """What the database loses when all legacy code is removed."""
        return tuple(drop for phase in self.phases for drop in phase.drops)

    @property
    def seams(self) -> dict[str, str]:
        """The flag of every seam, by the seam's name."""
        return {seam: flag.name for flag in self.flags for seam in flag.seams}

    def rollout_of(self, name: str) -> RolloutPlan:
        """Return how a flag is rolled out."""
        found = ((flag.rollout or phase.rollout) for phase in self.phases for flag in phase.flags if flag.name == name)
        return next(found, RolloutPlan())


_NONE: Final = Plan()


def plan() -> Plan:
    """Return the host's plan; one without a phase where none is set. Raises HarnessMisconfigured."""
    return cast("Plan", configured("PLAN")) if setting("PLAN") else _NONE
