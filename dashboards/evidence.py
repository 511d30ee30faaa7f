"""What the page of evidence windows shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.labels import ANSWERS, Label
from migration_harness import queries
from migration_harness.evidence import findings
from migration_harness.evidence.findings import Finding
from migration_harness.plan import GateName
from migration_harness.queries import Heard, PhaseEvidence, SeamEvidence, StratumEvidence
from migration_harness.wording import at_most

QUESTIONS: Final = {
    GateName.BOUND: "Do the sides agree?",
    GateName.COMPARISONS: "Was every expected kind of call seen?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerText:
    """What a gate would answer: its question, the label, and the sentence."""

    question: str
    label: Label
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamRow:
    """A seam, its answer, and its bound as a percentage, empty where nothing counts."""

    found: SeamEvidence
    label: Label
    bound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumRow:
    """An expected stratum and its answer."""

    found: StratumEvidence
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSection:
    """The evidence for one phase."""

    number: int
    name: str
    answers: list[AnswerText]
    seams: list[SeamRow]
    strata: list[StratumRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """The whole page, as the database had it ``at`` this time. ``proven``: it opens each gate that asks for it."""

    at: datetime
    phases: list[PhaseSection]
    silent: list[Heard]
    proven: bool
    most: str
    enough: int
    wrong_in: int


def evidence_page(*, now: datetime) -> EvidencePage:
    """Read the evidence of every phase and shape it."""
    phases = queries.evidence_by_phase()
    silent = queries.silent(queries.heard(now=now))
    answers = {finding.answer for phase in phases for finding in phase.gates.values()}
    return EvidencePage(
        at=now,
        phases=[_section(phase) for phase in phases],
        silent=silent,
        proven=answers == {findings.Answer.OPEN} and not silent,
        most=at_most(findings.MOST_RATIO),
        enough=findings.ENOUGH,
        wrong_in=round(1 / findings.ALPHA),
    )


def _section(phase: PhaseEvidence) -> PhaseSection:
    return PhaseSection(
        number=phase.number,
        name=phase.name,
        answers=[_answer(QUESTIONS[name], finding) for name, finding in phase.gates.items()],
        seams=[_seam(each) for each in phase.seams],
        strata=[StratumRow(found=each, label=ANSWERS[each.finding.answer]) for each in phase.strata],
    )


def _answer(question: str, finding: Finding) -> AnswerText:
    return AnswerText(question=question, label=ANSWERS[finding.answer], sentence=finding.sentence)


def _seam(found: SeamEvidence) -> SeamRow:
    bound = "" if found.bound is None else at_most(found.bound)
    return SeamRow(found=found, label=ANSWERS[found.finding.answer], bound=bound)
