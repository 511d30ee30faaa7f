"""Judges one call in which both sides ran."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from migration_harness.difference import ABSENT, Difference, Kind, diff
from migration_harness.explanations import Explanation, Oracle, Rule
from migration_harness.observation import Observation


class Verdict(StrEnum):
    """What a comparison found."""

    MATCH = "match"
    """Both sides agree, and with the oracle where there is one."""
    INTENDED = "intended"
    """They differ, and an explanation covers it."""
    MISMATCH = "mismatch"
    """They differ and nothing explains it."""
    CANDIDATE_ERROR = "candidate_error"
    """The candidate raised where the control did not, or another error."""
    CONTROL_ERROR = "control_error"
    """The control raised an error that the seam does not declare."""
    BOTH_ERROR = "both_error"
    """Both raised the same declared error; it enters no ratio."""
    TIMEOUT = "timeout"
    """The candidate took longer than its budget."""
    BLOCKED = "blocked"
    """The side that does not answer tried a side effect."""


UNEXPLAINED = frozenset(
    {Verdict.MISMATCH, Verdict.CANDIDATE_ERROR, Verdict.CONTROL_ERROR, Verdict.TIMEOUT, Verdict.BLOCKED}
)
"""The verdicts that somebody has to review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with what it rests on. ``expected`` is the oracle's answer, ABSENT without an oracle."""

    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    explanation: str = ""
    expected: Any = ABSENT


MATCHED = Judgement(verdict=Verdict.MATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """How a seam wants its sides compared.

    Attributes:
        explanations: Tried in order; at most one of them is an oracle, and a money seam has one.
        errors: The exceptions that both sides may raise as part of their contract.
        root: The path of the compared value itself, for example ``credits``.
    """

    explanations: Sequence[Explanation] = ()
    errors: tuple[type[Exception], ...] = ()
    root: str = "result"


def judge(
    control: Observation,
    candidate: Observation,
    *,
    criteria: Criteria,
    call: Mapping[str, Any],
    today: date,
) -> Judgement:
    """Compare what both sides did with one ``call`` (its arguments by name).

    Raises whatever an explanation raises: the seam contains that, as it contains every fault.
    """
    if blocked := control.blocked or candidate.blocked:
        side = Difference(path="side_effect", kind=Kind.EXTRA, control=control.blocked, candidate=candidate.blocked)
        return Judgement(verdict=Verdict.BLOCKED, differences=(side,), explanation=blocked)
    if control.error is not None or candidate.error is not None:
        return _judge_errors(control, candidate, criteria)
    return _judge_values(control.value, candidate.value, criteria, call, today)


def _judge_errors(control: Observation, candidate: Observation, criteria: Criteria) -> Judgement:
    difference = Difference(
        path="raised", kind=Kind.TYPE, control=_error_name(control), candidate=_error_name(candidate)
    )
    if control.error is not None and not isinstance(control.error, criteria.errors):
        return Judgement(verdict=Verdict.CONTROL_ERROR, differences=(difference,))
    if type(control.error) is type(candidate.error):
        return Judgement(verdict=Verdict.BOTH_ERROR, differences=(difference,))
    verdict = Verdict.MISMATCH if candidate.error is None else Verdict.CANDIDATE_ERROR
    return Judgement(verdict=verdict, differences=(difference,))


def _error_name(observation: Observation) -> str:
    """Return the class of the error: its message may hold anything."""
    return "" if observation.error is None else type(observation.error).__qualname__


def _judge_values(control: Any, candidate: Any, criteria: Criteria, call: Mapping[str, Any], today: date) -> Judgement:
    oracle = next((e for e in criteria.explanations if isinstance(e, Oracle)), None)
    expected = oracle.answer(**call) if oracle else ABSENT
    if control == candidate and (oracle is None or candidate == expected):
        return MATCHED
    differences = diff(control, candidate, root=criteria.root)
    if oracle is not None:
        return _judge_by_oracle(control, candidate, oracle, expected, differences, criteria, call, today)
    for rule in criteria.explanations:
        if isinstance(rule, Rule) and today <= rule.expires and rule.covers(differences, call):
            return Judgement(verdict=Verdict.INTENDED, differences=differences, explanation=rule.name)
    return Judgement(verdict=Verdict.MISMATCH, differences=differences)


def _judge_by_oracle(
    control: Any,
    candidate: Any,
    oracle: Oracle,
    expected: Any,
    differences: tuple[Difference, ...],
    criteria: Criteria,
    call: Mapping[str, Any],
    today: date,
) -> Judgement:
    if candidate != expected:
        # Both sides may agree and both be wrong: then what differs is where they miss the oracle's answer.
        missed = diff(expected, candidate, root=criteria.root)
        found = differences or tuple(replace(d, control=d.candidate) for d in missed)
        return Judgement(verdict=Verdict.MISMATCH, differences=found, expected=expected)
    if today <= oracle.expires and control == oracle.recorded_legacy(**call):
        return Judgement(verdict=Verdict.INTENDED, differences=differences, explanation=oracle.name, expected=expected)
    return Judgement(verdict=Verdict.MISMATCH, differences=differences, expected=expected)


def signature_of(*, seam: str, judgement: Judgement, group: Sequence[str]) -> str:
    """Return the name of the way in which a call differed: seam, verdict, paths and kinds, group.

    Twelve hex digits: 48 bits keep a thousand discrepancies apart with a chance of collision below
    one in 500 million.
    """
    shape = sorted(f"{d.path}:{d.kind}" for d in judgement.differences)
    return _digest("\x1f".join([seam, judgement.verdict, *shape, "", *group]))


# Few ways to differ make most of the differences.
@lru_cache(maxsize=4_096)
def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
