"""Judges one call in which both sides ran."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from migration_harness.comparing.allowances import NO_ALLOWANCES, Allowances
from migration_harness.comparing.difference import ABSENT, Difference, Kind, diff
from migration_harness.comparing.errors import RAISED, differences_of_errors
from migration_harness.comparing.expected import unexpected_first
from migration_harness.comparing.explanations import Explanation, Oracle, Rule
from migration_harness.comparing.observation import Observation
from migration_harness.comparing.raising import where_raised
from migration_harness.comparing.sure import surely_equal


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
    """Both raised the same declared error, with the same arguments; it enters no ratio."""
    TIMEOUT = "timeout"
    """The candidate took longer than its budget."""
    BLOCKED = "blocked"
    """The side that does not answer tried a side effect."""
    UNLAWFUL = "unlawful"
    """An effect of a whole operation breaks a law, whichever side answered."""


UNEXPLAINED = frozenset(
    {
        Verdict.MISMATCH,
        Verdict.CANDIDATE_ERROR,
        Verdict.CONTROL_ERROR,
        Verdict.TIMEOUT,
        Verdict.BLOCKED,
        Verdict.UNLAWFUL,
    }
)
"""The verdicts that somebody has to review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with what it rests on.

    Attributes:
        verdict: What was found.
        differences: Where the sides differ, without what the seam ignores.
        explanation: The name of what explains them, empty if nothing does.
        expected: The oracle's answer, ABSENT without an oracle.
        notes: What a reader has to know besides, in sentences: which rule would have held, had it not expired.
    """

    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    explanation: str = ""
    expected: Any = ABSENT
    notes: tuple[str, ...] = ()


MATCHED = Judgement(verdict=Verdict.MATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """How a seam wants its sides compared.

    Attributes:
        explanations: Tried in order; at most one of them is an oracle, and a money seam has one.
        errors: The exceptions that both sides may raise as part of their contract.
        root: The path of the compared value itself, for example ``credits``.
        allowances: What is not counted as a difference.
        passing: Exceptions that concern the whole process and not the value in which they are raised.
    """

    explanations: Sequence[Explanation] = ()
    errors: tuple[type[Exception], ...] = ()
    root: str = "result"
    allowances: Allowances = NO_ALLOWANCES
    passing: tuple[type[BaseException], ...] = ()

    def differences(self, control: Any, candidate: Any, *, today: date) -> tuple[Difference, ...]:
        """Return where two values differ, by what is allowed today; raises nothing but what passes."""
        allowances = self.allowances.on(today) if self.allowances else NO_ALLOWANCES
        return diff(control, candidate, root=self.root, allowances=allowances, passing=self.passing)


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
        return _judge_errors(control, candidate, criteria, call, today)
    return _judge_values(control.value, candidate.value, criteria, call, today)


def _judge_errors(
    control: Observation, candidate: Observation, criteria: Criteria, call: Mapping[str, Any], today: date
) -> Judgement:
    difference = Difference(
        path=RAISED,
        kind=Kind.TYPE,
        control=_error_name(control),
        candidate=_error_name(candidate),
        note=_where(control, candidate),
    )
    if control.error is not None and not isinstance(control.error, criteria.errors):
        return Judgement(verdict=Verdict.CONTROL_ERROR, differences=(difference,))
    if control.error is not None and type(control.error) is type(candidate.error):
        if apart := differences_of_errors(control.error, candidate.error, passing=criteria.passing):
            return _judge_by_rules(apart, criteria, call, today)
        return Judgement(verdict=Verdict.BOTH_ERROR, differences=(difference,))
    verdict = Verdict.MISMATCH if candidate.error is None else Verdict.CANDIDATE_ERROR
    return Judgement(verdict=verdict, differences=(difference,))


def _error_name(observation: Observation) -> str:
    """Return the class of the error: its message may hold anything."""
    return "" if observation.error is None else type(observation.error).__qualname__


def _where(control: Observation, candidate: Observation) -> str:
    """Return where each side raised that did."""
    raised = {"control": control.error, "candidate": candidate.error}
    places = {side: where_raised(error) for side, error in raised.items() if error is not None}
    return "; ".join(f"{side} at {place}" for side, place in places.items() if place)


def _judge_values(control: Any, candidate: Any, criteria: Criteria, call: Mapping[str, Any], today: date) -> Judgement:
    oracle = _oracle_among(criteria.explanations)
    expected = oracle.answer(**call) if oracle else ABSENT
    differences = _differences(control, candidate, criteria, today)
    if not differences and (oracle is None or not _differences(expected, candidate, criteria, today)):
        return MATCHED
    if oracle is not None:
        judgement = _judge_by_oracle(control, candidate, oracle, expected, differences, criteria, call, today)
    else:
        judgement = _judge_by_rules(differences, criteria, call, today)
    if criteria.allowances and judgement.verdict is Verdict.MISMATCH:
        return replace(judgement, notes=(*judgement.notes, *_expired_ignores(judgement.differences, criteria, today)))
    return judgement


def _oracle_among(explanations: Sequence[Explanation]) -> Oracle | None:
    for each in explanations:
        if isinstance(each, Oracle):
            return each
    return None


def _differences(control: Any, candidate: Any, criteria: Criteria, today: date) -> tuple[Difference, ...]:
    """Return where two values differ; the quick way first."""
    try:
        if surely_equal(control, candidate, passing=criteria.passing):
            return ()
    except criteria.passing:
        raise
    except Exception:  # noqa: BLE001, S110  It may be an object that cannot be asked: then it is looked into.
        pass
    return criteria.differences(control, candidate, today=today)


def _judge_by_rules(
    differences: tuple[Difference, ...], criteria: Criteria, call: Mapping[str, Any], today: date
) -> Judgement:
    rules = [each for each in criteria.explanations if isinstance(each, Rule)]
    for rule in rules:
        if today <= rule.expires and rule.covers(differences, call):
            return Judgement(verdict=Verdict.INTENDED, differences=differences, explanation=rule.name)
    expired = (rule for rule in rules if rule.expires < today and rule.covers(differences, call))
    notes = tuple(_expired("The explanation", rule.name, rule.expires) for rule in expired)
    in_force = [rule for rule in rules if today <= rule.expires]
    return Judgement(
        verdict=Verdict.MISMATCH,
        differences=unexpected_first(differences, in_force, call, criteria.passing),
        notes=notes,
    )


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
    if missed := _differences(expected, candidate, criteria, today):
        # Both sides may agree and both be wrong: then what differs is where they miss the oracle's answer.
        found = differences or tuple(replace(d, control=d.candidate) for d in missed)
        return Judgement(verdict=Verdict.MISMATCH, differences=found, expected=expected)
    notes: tuple[str, ...] = ()
    if not _differences(oracle.recorded_legacy(**call), control, criteria, today):
        if today <= oracle.expires:
            return Judgement(
                verdict=Verdict.INTENDED, differences=differences, explanation=oracle.name, expected=expected
            )
        notes = (_expired("The explanation", oracle.name, oracle.expires),)
    return Judgement(verdict=Verdict.MISMATCH, differences=differences, expected=expected, notes=notes)


def _expired_ignores(differences: Sequence[Difference], criteria: Criteria, today: date) -> tuple[str, ...]:
    """Return a note for each ignore rule that left out one of these differences until it expired."""
    rules = dict.fromkeys(rule for d in differences for rule in criteria.allowances.expired(d.steps, today))
    return tuple(_expired("The ignore rule for", rule.path, rule.expires) for rule in rules)


def _expired(what: str, name: str, expires: date) -> str:
    return f"{what} {name} expired on {expires.isoformat()}."


def signature_of(*, seam: str, judgement: Judgement, group: Sequence[str]) -> str:
    """Return the name of the way in which a call differed: seam, verdict, paths and kinds, group.

    All elements of a sequence are one path: which of them differ, and how many, makes no other discrepancy.
    Twelve hex digits: 48 bits keep a thousand discrepancies apart with a chance of collision below one in 500 million.
    """
    shape = sorted({f"{d.field}:{d.kind}" for d in judgement.differences})
    return _digest("\x1f".join([seam, judgement.verdict, *shape, "", *group]))


# Few ways to differ make most of the differences.
@lru_cache(maxsize=4_096)
def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
