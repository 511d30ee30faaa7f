"""What every gate is: a name, its words, and one method that answers a question about a phase."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from migration_harness.evidence.findings import Answer, Finding
from migration_harness.plan import Phase
from migration_harness.rollout.gates.facts import Facts


class Way(StrEnum):
    """Which way through a gate."""

    ENTERING = "entering"
    """Before any account of the phase is live."""
    LEAVING = "leaving"
    """Before the next phase begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateQuestion:
    """What a gate is asked: about which phase, which way, at which time.

    Attributes:
        phase: The phase.
        way: Whether it is about to be entered or to be left.
        now: The time by which it is asked.
        after: The numbers of the phases after which the tests may have run; the last is the phase itself.
        entered_at: When the phase became the active one; None for the first, and for one that is not reached yet.
        facts: What several gates rest on, read once.
    """

    phase: Phase
    way: Way
    now: datetime
    after: tuple[int, ...]
    entered_at: datetime | None
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """What a gate says.

    Attributes:
        answer: Open, closed, or unknown, which counts as closed.
        sentence: Why, for a person.
        remedy: The command that would open it, or what a person has to do; empty where it is open.
        evidence: The address of what it rests on; empty where there is no such page.
    """

    answer: Answer
    sentence: str
    remedy: str = ""
    evidence: str = ""

    @classmethod
    def of(cls, finding: Finding, *, remedy: str = "", evidence: str = "") -> "GateAnswer":
        """Return the answer that a finding is; what is open needs no remedy."""
        is_open = finding.answer is Answer.OPEN
        return cls(
            answer=finding.answer, sentence=finding.sentence, remedy="" if is_open else remedy, evidence=evidence
        )


class Gate(Protocol):
    """A condition for entering a phase or for leaving it. A host's own is made without arguments."""

    @property
    def name(self) -> str:
        """As plan, commands and the trail call it."""

    @property
    def words(self) -> str:
        """What must hold, for people."""

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Say whether it holds. It only reads."""
