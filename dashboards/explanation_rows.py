"""Stored explanations as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dashboards.labels import EXPLANATIONS, Label
from migration_harness import queries
from migration_harness.models import StoredExplanation

_DECISIONS: Final = {"proposed": ("approve", "reject", "withdraw"), "approved": ("revoke",), "expired": ("revoke",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationRow:
    """A stored explanation, its standing, and what can be decided about it."""

    row: StoredExplanation
    state: Label
    decisions: tuple[str, ...]

    @property
    def fields(self) -> str:
        """The fields that may differ."""
        return ", ".join(path for path, _ in sorted(self.row.scope.fields))

    @property
    def group(self) -> str:
        """The calls that it is about, in words."""
        return "any call" if self.row.group is None else " · ".join(self.row.group) or "no group"


def explanation_rows(found: Iterable[StoredExplanation]) -> list[ExplanationRow]:
    """Return rows, those that wait for a person first, then those in force."""
    rows = [_row(each) for each in found]
    order = list(EXPLANATIONS.values())
    return sorted(rows, key=lambda row: order.index(row.state))


def _row(found: StoredExplanation) -> ExplanationRow:
    standing = queries.standing(found)
    return ExplanationRow(row=found, state=EXPLANATIONS[standing], decisions=_DECISIONS.get(standing, ()))
