"""Which differences between two revisions are meant: by a rule of the host, or by one that people have approved."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from migration_harness.comparing.difference import Difference
from migration_harness.comparing.explanations import Rule
from migration_harness.comparing.scope import Scope, fields_of

LAWS: Final = "effects.laws"
"""The path of broken laws: what breaks one is explained by nobody."""


def breaks_a_law(found: Sequence[Difference]) -> bool:
    """Tell whether two runs differ in the laws that they break."""
    return any(each.path.startswith(LAWS) for each in found)


def rule_of(*, name: str, reason: str, owner: str, expires: date, scope: Scope, prefix: str) -> Rule:
    """Return what people have approved as a rule: of one kind of operations, and of some fields."""

    def covers(differences: tuple[Difference, ...], call: object) -> bool:
        kind = call["kind"] if isinstance(call, dict) else ""
        return scope.seam == f"{prefix}{kind}" and scope.covers(fields=fields_of(differences), group=scope.group or ())

    return Rule(name=name, reason=reason, owner=owner, expires=expires, covers=covers)


def explaining(rules: Sequence[Rule], kind: str, found: tuple[Difference, ...]) -> list[Rule]:
    """Return the rules that cover all in which an operation differs, whether they are in force or not."""
    if breaks_a_law(found):
        return []
    return [rule for rule in rules if rule.covers(found, {"kind": kind})]
