"""Whether something holds that a criterion asks, with one sentence and what would make it true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from migration_harness.evidence.findings import Answer, Finding

_COMMAND: Final = "python manage.py harness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """An answer, open where it holds. ``remedy`` is the command or the act that leads there; empty where it holds."""

    answer: Answer
    sentence: str
    remedy: str = ""


def met(sentence: str) -> Met:
    """Say that it holds."""
    return Met(answer=Answer.OPEN, sentence=sentence)


def unmet(sentence: str, *, remedy: str) -> Met:
    """Say that it does not hold."""
    return Met(answer=Answer.CLOSED, sentence=sentence, remedy=remedy)


def unknown(sentence: str, *, remedy: str) -> Met:
    """Say that nobody knows."""
    return Met(answer=Answer.UNKNOWN, sentence=sentence, remedy=remedy)


def of_finding(finding: Finding, *, remedy: str) -> Met:
    """Return what a finding is; what is open needs no remedy."""
    is_open = finding.answer is Answer.OPEN
    return Met(answer=finding.answer, sentence=finding.sentence, remedy="" if is_open else remedy)


def harness(arguments: str) -> str:
    """Return a command of the harness as it is typed."""
    return f"{_COMMAND} {arguments}"


def all_of(parts: Sequence[Met]) -> Met:
    """Return several answers as one: each that does not hold is told, else each that does.

    Closed where one is, else unknown where one is, or where there is none to ask.
    """
    if not parts:
        return unknown("Nothing is asked.", remedy="Say in the plan what the criterion asks")
    missing = [each for each in parts if each.answer is not Answer.OPEN]
    if not missing:
        return met(" ".join(each.sentence for each in parts))
    is_closed = any(each.answer is Answer.CLOSED for each in missing)
    return Met(
        answer=Answer.CLOSED if is_closed else Answer.UNKNOWN,
        sentence=" ".join(each.sentence for each in missing),
        remedy="; ".join(dict.fromkeys(each.remedy for each in missing if each.remedy)),
    )


def by_name(parts: Mapping[str, Met]) -> Met:
    """Return answers of several things as one, each told with its name."""
    return all_of(
        [
            Met(answer=each.answer, sentence=f"{name}: {each.sentence}", remedy=each.remedy)
            for name, each in parts.items()
        ]
    )
