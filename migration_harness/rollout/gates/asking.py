"""All gates of a phase asked at once. A gate that fails, or answers nonsense, is unknown, and says so."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from migration_harness import queries
from migration_harness.deciding.purpose import for_the_harness
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import Refusal
from migration_harness.plan import GateName, Phase, plan
from migration_harness.printing import printable
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.gates.gate import Gate, GateAnswer, GateQuestion, Way
from migration_harness.rollout.gates.registry import gate_of, gates_of
from migration_harness.wording import ended

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A gate and what it answered."""

    name: str
    words: str
    phase: int
    way: Way
    answer: GateAnswer

    @property
    def is_open(self) -> bool:
        """Whether it may be passed: unknown is closed."""
        return self.answer.answer is Answer.OPEN

    @property
    def sentence(self) -> str:
        """What is told where it is not open: the gate, its sentence and the remedy."""
        remedy = f" To open it: {ended(self.answer.remedy)}" if self.answer.remedy else ""
        return f"Gate {self.name} is {self.answer.answer}: {ended(self.answer.sentence)}{remedy}"

    @property
    def told(self) -> dict[str, str]:
        """The answer as scripts and the API read it."""
        return {
            "gate": self.name,
            "way": self.way.value,
            "words": self.words,
            "answer": self.answer.answer.value,
            "sentence": self.answer.sentence,
            "remedy": self.answer.remedy,
            "evidence": self.answer.evidence,
        }

    @property
    def refusal(self) -> Refusal:
        """What it is as a reason why something is refused."""
        return Refusal(sentence=self.sentence, phase=self.phase, evidence=self.answer.evidence)


def ask(phase: Phase, way: Way, *, facts: Facts | None = None) -> list[Answered]:
    """Ask every gate of a phase one way, in the order of the plan; ``facts`` are those of a question before it."""
    question = _question(phase, way, facts or Facts())
    return [_answered(gate, question) for gate in gates_of(phase, way)]


def ask_one(phase: Phase, named: GateName, *, facts: Facts | None = None) -> Answered:
    """Ask one gate of a phase that has it; where it stands on both sides, the one for leaving."""
    way = Way.LEAVING if named in phase.leaving else Way.ENTERING
    return _answered(gate_of(named), _question(phase, way, facts or Facts()))


def open_and_total(phase: Phase, answers: Sequence[Answered]) -> dict[str, int]:
    """Return how many gates of a phase are open, of how many."""
    return {"open": sum(each.is_open for each in answers), "total": len(phase.gates)}


def ask_both(phase: Phase, *, facts: Facts | None = None) -> list[Answered]:
    """Ask every gate of a phase, entering and leaving."""
    shared = facts or Facts()
    return [*ask(phase, Way.ENTERING, facts=shared), *ask(phase, Way.LEAVING, facts=shared)]


def _question(phase: Phase, way: Way, facts: Facts) -> GateQuestion:
    return GateQuestion(
        phase=phase,
        way=way,
        now=facts.at,
        after=_tests_after(phase, way),
        entered_at=queries.entered_at(phase.number, closed=facts.closed),
        facts=facts,
    )


def _answered(gate: Gate, question: GateQuestion) -> Answered:
    words = getattr(gate, "words", gate.name)
    answer = _answer(gate, question)
    return Answered(name=gate.name, words=words, phase=question.phase.number, way=question.way, answer=answer)


def _tests_after(phase: Phase, way: Way) -> tuple[int, ...]:
    """Return the phases after which the tests must have run: this one, or, to enter it, the one before as well."""
    numbers = [each.number for each in plan().phases]
    before = numbers[: numbers.index(phase.number)][-1:]
    return (*(before if way is Way.ENTERING else ()), phase.number)


def _answer(gate: Gate, question: GateQuestion) -> GateAnswer:
    try:
        with for_the_harness():
            found = gate.answer(question)
        if isinstance(found, GateAnswer) and isinstance(found.answer, Answer):
            return found
        because = f"it answered {type(found).__name__}"
    except Exception as error:  # noqa: BLE001  A gate is the host's code, or reads what is not there.
        because = f"{type(error).__name__}: {printable(str(error))}"
    log.warning("harness.gate_failed", gate=gate.name, phase=question.phase.number, reason=because)
    return GateAnswer(answer=Answer.UNKNOWN, sentence=f"The gate could not be asked: {because}.")
