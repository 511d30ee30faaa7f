"""A migration on one page: its phases and flags, declared by the host."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from migration_harness.conf import configured

if TYPE_CHECKING:
    from migration_harness.retire.lines import LegacyLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFlag:
    """A flag that the plan needs. ``has_store``: the two sides write to stores of their own."""

    name: str
    owner: str
    note: str
    requires: tuple[str, ...] = ()
    has_store: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One step of the plan.

    Attributes:
        number: Its place in the order, from 1.
        name: What changes, in a few words.
        risk: What can go wrong, in a few words.
        way_back: What a rollback of this phase is.
        flags: The flags that move in this phase.
        additive: The phase adds code and schema only; it is complete when its revision runs.
    """

    number: int
    name: str
    risk: str
    way_back: str
    flags: tuple[PlannedFlag, ...] = ()
    additive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The phases of one migration, in order. Named by the setting ``HARNESS["PLAN"]``.

    ``legacy`` lists what must be gone at the end.
    """

    phases: tuple[Phase, ...]
    legacy: "tuple[LegacyLine, ...]" = ()

    @property
    def flags(self) -> tuple[PlannedFlag, ...]:
        """Every flag of the plan."""
        return tuple(flag for phase in self.phases for flag in phase.flags)


def plan() -> Plan:
    """Return the host's plan. Raises HarnessMisconfigured where none is set."""
    return cast("Plan", configured("PLAN"))
