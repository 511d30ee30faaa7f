"""Audit events as a page shows them."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from dashboards.names import Names
from migration_harness.models import AuditEvent
from migration_harness.trail.traces import approval_in
from migration_harness.wording import counted, percent

_MEMBER: Final = "account "
"""How a membership is named in an event: ``account 12``."""
_NAMED: Final = 5
"""Accounts of one event that are named; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An audit event and its change in words."""

    row: AuditEvent
    change: str
    by_whose_word: str = ""
    """Of what needs two people: who approved, or that one passed alone and nobody has countersigned."""

    @classmethod
    def of(cls, row: AuditEvent, names: Names, unsigned: Container[int] = ()) -> Self:
        """Return the event with its change in words; ``unsigned``: numbers of approvals that lack a signature."""
        approval = approval_in(row)
        word = ""
        if approval is not None and row.subject != f"approval {approval['number']}":
            by = f"approved by {approval['approved_by']}" if approval["approved_by"] else "passed alone"
            word = "not countersigned" if approval["number"] in unsigned else by
        return cls(row=row, change=change_text(row.before, row.after, names), by_whose_word=word)

    @property
    def is_review(self) -> bool:
        """Whether the event's subject is a discrepancy."""
        return self.row.action == "review discrepancy"


def accounts_in(rows: Iterable[AuditEvent]) -> set[str]:
    """Return the accounts whose membership these events changed, as far as they are named."""
    return {key.removeprefix(_MEMBER) for row in rows for key in _members(row.after)[:_NAMED]}


def change_text(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> str:
    """Return what changed: ``share 1 % → 5 %``; a beginning has no before, and empty values say nothing."""
    changes = []
    left_out = set(_members(after)[_NAMED:])
    for key, value in after.items():
        if key in left_out:
            continue
        what, now = _field(key, names), _value(key, value)
        if key in before:
            changes.append(f"{what} {_value(key, before[key])} → {now}")
        elif value not in (None, "", [], 0):
            changes.append(f"{what} {now}")
    kinds = Counter(_value(key, after[key]) for key in left_out)
    changes += [f"{counted(count, 'more account')} → {now}" for now, count in kinds.items()]
    return ", ".join(changes)


def _members(after: Mapping[str, Any]) -> list[str]:
    return [key for key in after if key.startswith(_MEMBER)]


def _field(key: str, names: Names) -> str:
    if key.startswith(_MEMBER):
        return names.of(key.removeprefix(_MEMBER))
    return key.removesuffix("_bps").replace("_", " ")


def _value(key: str, value: Any) -> str:
    if key.endswith("_bps"):
        return percent(value)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    match value:
        case None:
            return "unset"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value) or "none"
