"""What is asked of a second person: one value, its digest, and what has changed of it since."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, Self

from migration_harness.log.literals import keepable

Value = str | int | bool | None

_NAMED: Final = 4
"""Changes that a sentence names; the rest is counted."""
_NOTHING: Final = "nothing"


class Act(StrEnum):
    """What needs two people."""

    DEBIT = "debit"
    """Take credits from accounts."""
    GO_LIVE = "go live"
    """Let more accounts get the candidate's answer, or make the way back harder."""
    SIGN_OFF = "sign off"
    """Sign a forecast."""
    EXPLAIN = "explain"
    """Put an explanation in force."""
    PASS_STEP = "pass step"  # noqa: S105  A word.
    """Let a rollout take a step before which another person is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Exactly what is asked for. Two that say the same are equal, in whatever order they say it.

    Attributes:
        act: What is to be done.
        subject: To what: a flag, a forecast, an explanation.
        request: What a person chose, by name: a window, a stage, accounts.
        numbers: What follows from it, by name: amounts, prices, what a flag is now. Others make an approval void.
        sentence: The same in one sentence for people.
        again: The command that does it, once it is approved; empty where approving does it.
    """

    act: Act
    subject: str
    request: Mapping[str, Value]
    numbers: Mapping[str, Value]
    sentence: str = field(compare=False)
    again: str = field(default="", compare=False)

    @property
    def canonical(self) -> str:
        """The text whose digest is approved. Raises TypeError for a value that has no one way to be written."""
        said = {
            "act": self.act.value,
            "subject": self.subject,
            "request": dict(_plain(self.request)),
            "numbers": dict(_plain(self.numbers)),
        }
        return json.dumps(keepable(said), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @property
    def digest(self) -> str:
        """SHA-256 of that text, in hex."""
        return sha256(self.canonical.encode()).hexdigest()

    @classmethod
    def of(cls, canonical: str, *, sentence: str, again: str = "") -> Self:
        """Return what a canonical text says."""
        said = json.loads(canonical)
        return cls(
            act=Act(said["act"]),
            subject=said["subject"],
            request=said["request"],
            numbers=said["numbers"],
            sentence=sentence,
            again=again,
        )

    def asks_as(self, other: "Asked") -> bool:
        """Tell whether a person chose the same; the numbers may be others."""
        return (self.act, self.subject, self.request) == (other.act, other.subject, other.request)

    def changes_to(self, now: "Asked") -> list[str]:
        """Return what is another now, by name: ``account 12: 17 → 34``; empty where all is as it was."""
        before = {"act": self.act.value, "subject": self.subject, **self.request, **self.numbers}
        after = {"act": now.act.value, "subject": now.subject, **now.request, **now.numbers}
        names = [*before, *(name for name in after if name not in before)]
        return [
            f"{name}: {told(before.get(name))} → {told(after.get(name))}"
            for name in names
            if name not in before or name not in after or not _same(before[name], after[name])
        ]


def some(changes: list[str]) -> str:
    """Return the first few changes in one line."""
    more = f" and {len(changes) - _NAMED:,} more" if len(changes) > _NAMED else ""
    return "; ".join(changes[:_NAMED]) + more


def _plain(values: Mapping[str, Value]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if type(name) is not str or not (value is None or type(value) in (str, int, bool)):
            raise TypeError(f"{name!r}: {type(value).__name__} has no one way to be written. Give it as text.")
        yield name, value


def _same(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other


def told(value: Value) -> str:
    """Return a value in words."""
    match value:
        case None:
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
    return value or _NOTHING
