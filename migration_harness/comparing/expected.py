"""Which of several differing fields a rule expects: the one that nothing explains stands first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from migration_harness.comparing.explanations import Rule
from migration_harness.comparing.kinds import Difference


def unexpected_first(
    differences: tuple[Difference, ...],
    rules: Sequence[Rule],
    call: Mapping[str, Any],
    passing: tuple[type[BaseException], ...] = (),
) -> tuple[Difference, ...]:
    """Return the differences, those that a rule would explain alone named by it, and after all others.

    Where each of them would be, none is: together they are what nobody has explained.
    """
    if not rules or len(differences) == 1:
        return differences
    named = [replace(each, meant=_meant(each, rules, call, passing)) for each in differences]
    if all(each.meant for each in named):
        return differences
    return tuple(sorted(named, key=lambda each: bool(each.meant)))


def _meant(
    difference: Difference, rules: Sequence[Rule], call: Mapping[str, Any], passing: tuple[type[BaseException], ...]
) -> str:
    """Return the name of the rule that covers one difference; a rule that is about several may raise for one."""
    for rule in rules:
        try:
            if rule.covers((difference,), call):
                return rule.name
        except passing:
            raise
        except Exception:  # noqa: BLE001, S112  It says nothing of this one.
            continue
    return ""
