"""Every criterion of the plan, answered now. One that cannot be asked is unknown, and says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import structlog
from django.utils.module_loading import import_string

from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import plan
from migration_harness.printing import printable
from migration_harness.rollout.criteria.amounts import of_amounts
from migration_harness.rollout.criteria.criterion import (
    AmountsAgree,
    Criterion,
    FlagsComplete,
    GateOpen,
    LegacyGone,
    PathsWork,
    Question,
    QuietDays,
)
from migration_harness.rollout.criteria.flags import of_flags
from migration_harness.rollout.criteria.gates import of_gate
from migration_harness.rollout.criteria.legacy import of_legacy
from migration_harness.rollout.criteria.met import Met, all_of, harness, of_finding, unknown
from migration_harness.rollout.criteria.paths import of_paths
from migration_harness.rollout.gates.facts import Facts

log = structlog.get_logger("harness")


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionStatus:
    """A line of the plan's end and whether it holds.

    Attributes:
        name: As the plan calls it.
        words: What must hold.
        answer: Open where it holds, closed, or unknown.
        sentence: What is missing, or what shows that it holds.
        remedy: The commands that lead there; empty where it holds.
    """

    name: str
    words: str
    answer: Answer
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Whether the migration is complete: every line holds."""

    complete: bool
    criteria: Sequence[CriterionStatus]


def completion(*, now: datetime, facts: Facts | None = None) -> Completion:
    """Ask every criterion of the plan; ``facts`` are those of gates that are asked with it.

    Raises HarnessMisconfigured where it declares none.
    """
    declared = plan().criteria
    if not declared:
        raise HarnessMisconfigured("The plan does not say when it is complete: give it criteria=(Criterion(…), …).")
    shared = facts or Facts(at=now)
    found = [_status(each, now=now, facts=shared) for each in declared]
    return Completion(complete=all(each.answer is Answer.OPEN for each in found), criteria=found)


def _status(criterion: Criterion, *, now: datetime, facts: Facts) -> CriterionStatus:
    found = all_of([_answer(each, now=now, facts=facts) for each in criterion.asks])
    return CriterionStatus(
        name=criterion.name,
        words=criterion.words,
        answer=found.answer,
        sentence=found.sentence,
        remedy=found.remedy,
    )


def _answer(question: Question, *, now: datetime, facts: Facts) -> Met:
    try:
        found = _asked(question, now=now, facts=facts)
        if isinstance(found, Met) and isinstance(found.answer, Answer):
            return found
        because = f"it answered {type(found).__name__}"
    except Exception as error:  # noqa: BLE001  It is the host's code, or reads what is not there.
        because = f"{type(error).__name__}: {printable(str(error))}"
    name = question if isinstance(question, str) else type(question).__name__
    log.warning("harness.criterion_failed", asks=name, reason=because)
    return unknown(f"{name} could not be asked: {because}.", remedy=harness("criteria"))


def _asked(question: Question, *, now: datetime, facts: Facts) -> Met:
    match question:
        case GateOpen():
            return of_gate(question, facts=facts)
        case QuietDays(days=days):
            since = queries.last_change([flag.name for flag in plan().flags])
            return of_finding(
                queries.quiet(days=days, since=since, now=now, known=facts.told(days)), remedy=harness("errors")
            )
        case AmountsAgree():
            return of_amounts(question)
        case PathsWork():
            return of_paths(question, now=now)
        case FlagsComplete():
            return of_flags(question, facts=facts)
        case LegacyGone():
            return of_legacy(question, facts=facts)
        case str():
            found: Met = import_string(question)(now)
            return found
        case _:
            assert_never(question)
