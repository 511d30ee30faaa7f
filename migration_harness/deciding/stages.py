"""The stage table: which side runs, which answers, in which order writes go, what is compared.

The one place that knows what a stage means; nothing else branches on a stage. The vocabulary is that
of LaunchDarkly's migration flags.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from migration_harness.exceptions import UnknownStage


class Side(StrEnum):
    """One of the two implementations behind a seam."""

    CONTROL = "control"
    """The legacy code."""
    CANDIDATE = "candidate"
    """The new code."""

    @property
    def other(self) -> "Side":
        """The side that this one is not."""
        return Side.CANDIDATE if self is Side.CONTROL else Side.CONTROL


class Stage(StrEnum):
    """How far a flag has moved from control to candidate."""

    OFF = "off"
    """The control alone."""
    DUALWRITE = "dualwrite"
    """Reads as off; writes go to both stores, the control's first."""
    SHADOW = "shadow"
    """The control answers, the candidate runs beside it and is compared."""
    LIVE = "live"
    """The candidate answers, the control runs beside it and is compared."""
    RAMPDOWN = "rampdown"
    """The candidate answers alone; writes still reach the legacy store."""
    COMPLETE = "complete"
    """The candidate alone."""


class Rollback(StrEnum):
    """What it takes to make the control authoritative again."""

    NOT_NEEDED = "not needed"
    """The control is authoritative already."""
    SAFE = "safe"
    """A flip is enough: the legacy store is up to date."""
    AFTER_RESYNC = "after resync"
    """A flag with a store needs its legacy store brought up to date first; any other flag is safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table.

    Attributes:
        reads: The sides that run on a read, the authoritative one first.
        answers: The side whose result and exception reach the caller, for reads and writes.
        writes: The order of writes; if the first fails the second is skipped.
        compared: Whether a read is compared.
        rollback: What a rollback takes.
    """

    reads: tuple[Side, ...]
    answers: Side
    writes: tuple[Side, ...]
    compared: bool
    rollback: Rollback


_CONTROL, _CANDIDATE = Side.CONTROL, Side.CANDIDATE

TABLE: Mapping[Stage, Rule] = MappingProxyType(
    {
        Stage.OFF: Rule(
            reads=(_CONTROL,),
            answers=_CONTROL,
            writes=(_CONTROL,),
            compared=False,
            rollback=Rollback.NOT_NEEDED,
        ),
        Stage.DUALWRITE: Rule(
            reads=(_CONTROL,),
            answers=_CONTROL,
            writes=(_CONTROL, _CANDIDATE),
            compared=False,
            rollback=Rollback.NOT_NEEDED,
        ),
        Stage.SHADOW: Rule(
            reads=(_CONTROL, _CANDIDATE),
            answers=_CONTROL,
            writes=(_CONTROL, _CANDIDATE),
            compared=True,
            rollback=Rollback.NOT_NEEDED,
        ),
        Stage.LIVE: Rule(
            reads=(_CANDIDATE, _CONTROL),
            answers=_CANDIDATE,
            writes=(_CANDIDATE, _CONTROL),
            compared=True,
            rollback=Rollback.SAFE,
        ),
        Stage.RAMPDOWN: Rule(
            reads=(_CANDIDATE,),
            answers=_CANDIDATE,
            writes=(_CANDIDATE, _CONTROL),
            compared=False,
            rollback=Rollback.SAFE,
        ),
        Stage.COMPLETE: Rule(
            reads=(_CANDIDATE,),
            answers=_CANDIDATE,
            writes=(_CANDIDATE,),
            compared=False,
            rollback=Rollback.AFTER_RESYNC,
        ),
    }
)


def falls_back(stage: Stage, *, has_store: bool) -> bool:
    """Tell whether the control may answer again at once: a process whose lease ran out then lets it."""
    rollback = TABLE[stage].rollback
    return rollback is Rollback.SAFE or (rollback is Rollback.AFTER_RESYNC and not has_store)


COHORT_STAGES = tuple(stage for stage, rule in TABLE.items() if rule.answers is Side.CANDIDATE)
"""The stages an account in the cohort can have: the candidate is authoritative in all of them."""

BASELINES = tuple(stage for stage, rule in TABLE.items() if rule.answers is Side.CONTROL)
"""The stages that everybody else can have."""


def stage_named(name: str) -> Stage:
    """Return the stage called ``name``; raises UnknownStage, never a default."""
    try:
        return Stage(name)
    except ValueError:
        raise UnknownStage(f"There is no stage {name!r}. The stages are: {', '.join(Stage)}.") from None
