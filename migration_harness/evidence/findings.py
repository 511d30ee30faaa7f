"""What the comparisons of an evidence window say, for a gate: open, closed or unknown, with one sentence.

No data is not good data: where nothing was compared the answer is unknown, and a gate takes unknown for closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from migration_harness.comparing.comparator import UNEXPLAINED, Verdict
from migration_harness.evidence.bounds import trials_needed, upper_bound
from migration_harness.wording import at_most, counted

ALPHA: Final = 0.01
"""With this chance a bound is below the true ratio at any time of its window."""
MOST_RATIO: Final = 0.01
"""The mismatch ratio that a seam may have."""
ENOUGH: Final = 200
"""Comparisons that every expected stratum must have seen."""

AGREED: Final = frozenset({Verdict.MATCH, Verdict.INTENDED})
FAILED: Final = UNEXPLAINED - {Verdict.CONTROL_ERROR}
"""The failures of the mismatch ratio. An error of the control says nothing of the candidate, and enters no ratio."""


class Answer(StrEnum):
    """What a gate answers."""

    OPEN = "open"
    """The condition holds."""
    CLOSED = "closed"
    """It does not."""
    UNKNOWN = "unknown"
    """There is nothing to say it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An answer with its sentence."""

    answer: Answer
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The comparisons of one window, counted.

    Attributes:
        comparisons: Those that enter the mismatch ratio: the failures, and those that agree or differ as intended.
        failures: Those among them that differ without an explanation, or in which the candidate failed.
        unexplained: All that somebody has to review: the failures, and errors of the control.
    """

    comparisons: int = 0
    failures: int = 0
    unexplained: int = 0

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        """Return the tally of counts by verdict."""
        failures = sum(counts.get(verdict, 0) for verdict in FAILED)
        return cls(
            comparisons=failures + sum(counts.get(verdict, 0) for verdict in AGREED),
            failures=failures,
            unexplained=sum(counts.get(verdict, 0) for verdict in UNEXPLAINED),
        )

    @property
    def bound(self) -> float | None:
        """The upper bound of the mismatch ratio, valid however often it is looked at; None without a comparison."""
        if not self.comparisons:
            return None
        return upper_bound(failures=self.failures, trials=self.comparisons, alpha=ALPHA)


def of_bound(tally: Tally) -> Finding:
    """Tell whether the mismatch ratio of a seam is low enough."""
    bound = tally.bound
    if bound is None:
        sentence = "Nothing that counts has been compared in this window."
        return Finding(answer=Answer.UNKNOWN, sentence=sentence)
    seen = f"{tally.failures:,} of {counted(tally.comparisons, 'comparison')} did"
    if bound <= MOST_RATIO:
        sentence = f"At most {at_most(bound)} of the calls differ without an explanation: {seen}."
        return Finding(answer=Answer.OPEN, sentence=sentence)
    missing = trials_needed(failures=tally.failures, ratio=MOST_RATIO, alpha=ALPHA) - tally.comparisons
    sentence = (
        f"Up to {at_most(bound)} of the calls may differ without an explanation: {seen}. "
        f"{missing:,} more without a failure would prove at most {at_most(MOST_RATIO)}."
    )
    return Finding(answer=Answer.CLOSED, sentence=sentence)


def of_stratum(tally: Tally | None) -> Finding:
    """Tell whether a stratum has been seen often enough and clean; None: nothing of it was compared at all."""
    if tally is None:
        return Finding(answer=Answer.UNKNOWN, sentence="Nothing of it was compared.")
    if tally.unexplained:
        are = "is" if tally.unexplained == 1 else "are"
        sentence = f"{counted(tally.unexplained, 'comparison')} {are} unexplained."
        return Finding(answer=Answer.CLOSED, sentence=sentence)
    if tally.comparisons < ENOUGH:
        return Finding(answer=Answer.CLOSED, sentence=f"{tally.comparisons:,} of {ENOUGH} comparisons so far.")
    return Finding(
        answer=Answer.OPEN, sentence=f"{counted(tally.comparisons, 'comparison')}, each of them explained or equal."
    )


def together(parts: Mapping[str, Finding], *, every: str, nothing: str) -> Finding:
    """Return what several findings say as one: open where each is, else the sentence of the first that is not.

    ``every`` is the sentence where all are open, ``nothing`` where there is none: that is unknown.
    """
    for answer in (Answer.CLOSED, Answer.UNKNOWN):
        found = [name for name, finding in parts.items() if finding.answer is answer]
        if found:
            others = f" ({len(found) - 1:,} more {answer})" if len(found) > 1 else ""
            return Finding(answer=answer, sentence=f"{found[0]}: {parts[found[0]].sentence}{others}")
    return Finding(answer=Answer.OPEN, sentence=every) if parts else Finding(answer=Answer.UNKNOWN, sentence=nothing)
