"""What happens in a run, made from a seed: who does what, when, and what goes wrong around it."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

ACCOUNTS: Final = ("1", "2", "3")
STORM_MS: Final = 9_000
"""How long things happen and go wrong."""
CALM_MS: Final = 16_000
"""When all faults are over, for longer than any of them lasts: from here on everything has to work."""


class Kind(StrEnum):
    """What happens."""

    BEGIN = "begins"
    """A process begins, and decides."""
    FORK = "forks"
    """A process forks a child, which decides."""
    END = "ends"
    """A process ends in good order."""
    KILL = "is killed"
    """A process is killed."""
    STOP = "is stopped"
    """A process does nothing for a while: SIGSTOP, or its machine sleeps."""
    CUT = "is cut off"
    """Nothing gets through between a process and the database."""
    DEAF = "hears no notice"
    """Notices do not reach a process, or only after a while."""
    CLOCK = "clock is set"
    """Somebody sets the database's clock, forward or back."""
    RESTART = "restarts"
    """The database loses all its sessions, and is away for a while."""
    HOLD = "holds a flag"
    """Somebody locks a flag's row at a prompt, and has lunch."""
    DECIDE = "decides"
    """A seam without money is called."""
    CHARGE = "charges"
    """An account is charged: ``with charge(...)``."""
    SETTLE = "settles"
    """An account is charged by one statement: ``settle``."""
    WORK = "works"
    """A unit of work decides, waits, decides again and charges."""
    FLIP = "flips"
    """Somebody changes a flag and waits until everybody obeys."""
    ROLL_BACK = "rolls back"
    """Somebody rolls a flag back and waits until everybody obeys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that happens.

    Attributes:
        number: Its place in the scenario that the seed made: what it does is the same where others are left out.
        at_ms: When it begins.
        kind: What it is.
        who: The process; empty for the database.
        whom: The account, the flag, or the child.
        how: What is changed.
        seconds: How long it lasts, or by how much a clock is set.
    """

    number: int
    at_ms: int
    kind: Kind
    who: str = ""
    whom: str = ""
    how: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All that happens in one run; ``on`` are the flags that have everybody at the beginning."""

    seed: int
    acts: tuple[Act, ...]
    on: tuple[str, ...] = ()
    storm_ms: int = STORM_MS
    calm_ms: int = CALM_MS


MODELS, PRICES = "simulated-models", "simulated-prices"
FLAGS: Final = (MODELS, PRICES)
"""The second one requires the first one, and decides about money."""

_WEIGHTS: Final = {
    Kind.CHARGE: 11,
    Kind.SETTLE: 6,
    Kind.WORK: 8,
    Kind.DECIDE: 4,
    Kind.FLIP: 6,
    Kind.ROLL_BACK: 4,
    Kind.KILL: 2,
    Kind.STOP: 3,
    Kind.CUT: 3,
    Kind.DEAF: 2,
    Kind.CLOCK: 3,
    Kind.RESTART: 2,
    Kind.HOLD: 1,
    Kind.BEGIN: 3,
    Kind.FORK: 3,
    Kind.END: 1,
}
_CHANGES: Final = ("everyone yes", "everyone yes", "everyone unset", "account on", "account on", "account off")
_FLIPS: Final = (Kind.FLIP, Kind.ROLL_BACK)
_LEAST_ACTS, _MOST_ACTS = 15, 45
_NEAR_A_FLIP: Final = 0.7
"""Share of what happens near a flip: far from one there is little to go wrong."""
_BESIDE_MS: Final = (-300, -60, 0, 60, 120, 250, 500)


def scenario_of(seed: int) -> Scenario:
    """Return what happens in the run of a seed."""
    chance = Random(f"scenario {seed}")  # noqa: S311  A run that can be had again.
    names = [f"web {number}" for number in range(1, chance.randint(2, 5))]
    made = [Act(number=n, at_ms=chance.randrange(400), kind=Kind.BEGIN, who=name) for n, name in enumerate(names)]
    kinds = chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()), k=chance.randint(_LEAST_ACTS, _MOST_ACTS))
    flips: list[Act] = []
    for number, kind in enumerate(sorted(kinds, key=lambda kind: kind not in _FLIPS), start=len(made)):
        made.append(_act(chance, number, kind, names, flips))
        if kind in _FLIPS:
            flips.append(made[-1])
    on = chance.choice(((), (MODELS,), (MODELS,), (MODELS, PRICES), (MODELS, PRICES)))
    return Scenario(seed=seed, acts=tuple(sorted(made, key=lambda act: (act.at_ms, act.number))), on=on)


def _act(chance: Random, number: int, kind: Kind, names: list[str], flips: list[Act]) -> Act:
    at_ms, operators = chance.randrange(300, STORM_MS), [act.who for act in flips]
    if flips and chance.random() < _NEAR_A_FLIP:
        at_ms = max(0, chance.choice(flips).at_ms + chance.choice(_BESIDE_MS) + chance.randrange(-60, 60))
    who, whom, how, seconds = chance.choice(names), chance.choice(ACCOUNTS), "", 0.0
    if kind is Kind.BEGIN:
        who = f"web {number + 1}"
        names.append(who)
    elif kind is Kind.FORK:
        whom = f"{who} child {number + 1}"
        names.append(whom)
    elif kind in (Kind.FLIP, Kind.ROLL_BACK):
        who, whom = f"operator {number + 1}", chance.choice((*FLAGS, PRICES, PRICES))
        how = "everyone no" if kind is Kind.ROLL_BACK else f"{chance.choice(_CHANGES)} {chance.choice(ACCOUNTS)}"
    elif kind is Kind.KILL and operators and chance.random() < 0.4:  # noqa: PLR2004
        who = chance.choice(operators)
    elif kind in (Kind.STOP, Kind.CUT, Kind.DEAF):
        seconds = chance.choice((0.05, 0.3, 1.0, 2.0, 4.0)) * (0.5 + chance.random())
        who = chance.choice(operators) if operators and chance.random() < 0.15 else who  # noqa: PLR2004
        how = "lost" if kind is Kind.DEAF and chance.random() < 0.5 else ""  # noqa: PLR2004
    elif kind is Kind.HOLD:
        who, whom, seconds = f"person {number + 1}", chance.choice(FLAGS), chance.uniform(0.2, 4.0)
    elif kind is Kind.CLOCK:
        who, seconds = "", chance.choice((-3_600.0, -5.0, 5.0, 3_600.0)) * (0.5 + chance.random())
    elif kind is Kind.RESTART:
        who, seconds = "", 0.05 + chance.random()
    return Act(number=number, at_ms=at_ms, kind=kind, who=who, whom=whom, how=how, seconds=seconds)


def fleet_of(seed: int, *, processes: int) -> Scenario:
    """Return a scenario with many processes, one flip there and one back: who obeys is asked of each of them."""
    chance = Random(f"fleet {seed}")  # noqa: S311  A run that can be had again.
    acts = [Act(number=n, at_ms=chance.randrange(600), kind=Kind.BEGIN, who=f"web {n + 1}") for n in range(processes)]
    flips = [(1_000, Kind.FLIP, MODELS, "everyone yes"), (1_600, Kind.FLIP, PRICES, "everyone yes"),
             (3_000, Kind.ROLL_BACK, PRICES, "everyone no")]  # fmt: skip
    acts += [
        Act(number=processes + n, at_ms=at_ms, kind=kind, who=f"operator {n + 1}", whom=flag, how=f"{how} 1")
        for n, (at_ms, kind, flag, how) in enumerate(flips)
    ]
    for n in range(processes // 10):
        kind = chance.choice((Kind.CUT, Kind.STOP, Kind.DEAF, Kind.KILL, Kind.CHARGE, Kind.CHARGE))
        who, whom = f"web {chance.randrange(processes) + 1}", chance.choice(ACCOUNTS)
        at_ms, seconds = chance.randrange(1_000, 3_200), 0.2 + chance.random() * 2
        acts.append(Act(number=2 * processes + n, at_ms=at_ms, kind=kind, who=who, whom=whom, seconds=seconds))
    return Scenario(
        seed=seed, acts=tuple(sorted(acts, key=lambda act: (act.at_ms, act.number))), storm_ms=3_200, calm_ms=5_600
    )
