"""The effects of two runs side by side: each row, payload, file and the outcome, as one line of each. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

_LONGEST: Final = 600
"""Characters of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One effect, in both runs.

    Attributes:
        what: What it is: ``billing.CreditTransaction 1``, ``sent 1``, ``outcome``.
        control: What the run by the real stages did, in a line; empty where it did not.
        candidate: What the run on the target side did.
    """

    what: str
    control: str
    candidate: str

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""
        return self.control != self.candidate


def beside(control: Mapping[str, Any], candidate: Mapping[str, Any]) -> list[Beside]:
    """Return every effect of two runs, as :func:`~migration_harness.operations.differing.effects_of` has them."""
    return list(_lines(control, candidate))


def _lines(control: Mapping[str, Any], candidate: Mapping[str, Any]) -> Iterator[Beside]:
    one, other = ({**each.get("rows", {}), **_without_rows(each)} for each in (control, candidate))
    for name in dict.fromkeys((*one, *other)):
        ours, theirs = (each if isinstance(each, list) else [each] for each in (one.get(name, []), other.get(name, [])))
        for number, (left, right) in enumerate(zip_longest(ours, theirs), start=1):
            many = max(len(ours), len(theirs)) > 1
            yield Beside(what=f"{name} {number}" if many else name, control=_line(left), candidate=_line(right))


def _without_rows(effects: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in effects.items() if name != "rows" and each not in (None, "", {}, [])}


def _line(effect: Any) -> str:
    if effect is None:
        return ""
    text = effect if isinstance(effect, str) else json.dumps(effect, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
