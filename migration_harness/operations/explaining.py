"""Which of the effects that differ are meant: each difference is asked for alone, and one that nobody expects stays."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from migration_harness.comparing.comparator import MATCHED, Judgement, Verdict
from migration_harness.comparing.difference import Difference
from migration_harness.comparing.explanations import Rule
from migration_harness.operations.declaring import operations
from migration_harness.operations.recording import Recording

_MOST_NAMED: Final = 20


def rules_for(kind: str) -> tuple[Rule, ...]:  # noqa: ARG001  Those that people store will be of one kind.
    """Return the rules that explain effects of a kind of operations."""
    return operations().explain


def judged(found: tuple[Difference, ...], *, control: Recording, candidate: Recording, today: date) -> Judgement:
    """Return the verdict of two runs whose effects differ so. Raises what a rule raises."""
    if not found:
        return MATCHED
    call: dict[str, Any] = {"kind": control.kind, "control": control, "candidate": candidate}
    rules = [rule for rule in rules_for(control.kind) if today <= rule.expires]
    by = {place: _rule_for(difference, rules, call) for place, difference in enumerate(found)}
    named = list(dict.fromkeys(rule.name for rule in by.values() if rule is not None))
    left = tuple(difference for place, difference in enumerate(found) if by[place] is None)
    if not left:
        return Judgement(verdict=Verdict.INTENDED, differences=found, explanation=", ".join(named)[:100])
    judgement = Judgement(verdict=Verdict.MISMATCH, differences=left)
    if folded := [difference.path for place, difference in enumerate(found) if by[place] is not None]:
        shown = ", ".join(folded[:_MOST_NAMED])
        told = f"{len(folded)} more differ as expected ({', '.join(named)}): {shown}"
        judgement = replace(judgement, notes=(told,))
    return judgement


def _rule_for(difference: Difference, rules: list[Rule], call: dict[str, Any]) -> Rule | None:
    return next((rule for rule in rules if rule.covers((difference,), call)), None)
