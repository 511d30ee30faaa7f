"""Gates and reasons as pages show them: a sign and a word, the sentence, what opens it, where to look."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dashboards.commands import Command
from dashboards.labels import ANSWERS, Label
from migration_harness.exceptions import Refusal
from migration_harness.rollout.gates.asking import Answered

_COMMAND: Final = "python manage.py "
_OPENABLE: Final = re.compile(r"(?:/(?!/)|https?://).*", re.IGNORECASE)
"""An address that a browser may open, here or elsewhere: whoever answers a gate may have written anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """A gate and what it answers. What would open it is a command to copy, or a sentence."""

    name: str
    words: str
    label: Label
    sentence: str
    command: Command | None
    remedy: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """A reason why something is refused, the phase that says so, and where to look."""

    sentence: str
    phase: int | None
    evidence: str


def gate_row(found: Answered) -> GateRow:
    """Return a gate as a page shows it."""
    answer = found.answer
    is_command = answer.remedy.startswith(_COMMAND)
    return GateRow(
        name=found.name,
        words=found.words,
        label=ANSWERS[answer.answer.value],
        sentence=answer.sentence,
        command=Command(purpose="To open it", line=answer.remedy) if is_command else None,
        remedy="" if is_command else answer.remedy,
        evidence=openable(answer.evidence),
    )


def reason_rows(refused: Iterable[Refusal]) -> list[ReasonRow]:
    """Return reasons as a page shows them."""
    return [ReasonRow(sentence=each.sentence, phase=each.phase, evidence=openable(each.evidence)) for each in refused]


def openable(address: str) -> str:
    """Return an address that a page may link to; empty for any other."""
    return address if _OPENABLE.fullmatch(address) else ""
