"""What a plan declares of its end: each line, and what is asked to know whether it holds. Data, without Django."""

from dataclasses import dataclass

from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.plan import GateName


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOpen:
    """A gate is open: of one phase, or of every phase that has it."""

    gate: GateName
    phase: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietDays:
    """So many days went by without an error of the log, and since any flag of the plan moved anybody."""

    days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountsAgree:
    """What these seams compute is as expected: the bound of each is low enough, and nothing is unexplained.

    And every stratum that the plan expects of their phases was seen often enough.
    """

    seams: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsWork:
    """The candidate has answered on each of these ways in which work comes."""

    paths: tuple[ExecutionPath, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagsComplete:
    """These flags are at their last stage for everyone."""

    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyGone:
    """Nothing remains of these lines of the plan's list of legacy code."""

    lines: tuple[str, ...]


Question = GateOpen | QuietDays | AmountsAgree | PathsWork | FlagsComplete | LegacyGone | str
"""What is asked. A text is the dotted path of a host's own: a function of the time that answers with a ``Met``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line by which the migration is complete; it holds where everything that it asks does."""

    name: str
    words: str
    asks: tuple[Question, ...]
