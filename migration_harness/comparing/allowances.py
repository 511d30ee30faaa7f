"""What a seam does not count as a difference: another order, a small distance, a field that nobody needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from migration_harness.comparing.paths import Pattern, Steps, pattern_of
from migration_harness.comparing.tolerance import Tolerance, checked_tolerance
from migration_harness.exceptions import HarnessMisconfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """Leaves out what is at ``path`` and below it, for a while.

    Attributes:
        path: The place, or a pattern of places, as in :mod:`migration_harness.comparing.paths`.
        reason: Why nobody needs to look at it.
        owner: Who answers for it.
        expires: The last day on which it is left out.
    """

    path: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowances:
    """What is not counted as a difference, by place. Truthy where there is anything.

    Attributes:
        unordered: Sequences whose elements may be in any order.
        tolerances: Numbers that may be apart, and how far.
        ignored: What is left out, by the rules that say so.
    """

    unordered: tuple[Pattern, ...] = ()
    tolerances: tuple[tuple[Pattern, Tolerance], ...] = ()
    ignored: tuple[tuple[Pattern, Ignore], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unordered or self.tolerances or self.ignored)

    def is_unordered(self, steps: Steps) -> bool:
        """Tell whether the elements of this sequence may be in any order."""
        return any(pattern.matches(steps) for pattern in self.unordered)

    def tolerance_at(self, steps: Steps) -> Tolerance | None:
        """Return how far the numbers of this place may be apart; None where they may not."""
        return next((tolerance for pattern, tolerance in self.tolerances if pattern.matches(steps)), None)

    def ignore(self, steps: Steps) -> bool:
        """Tell whether this place is left out; what is below it is never reached."""
        return any(pattern.matches(steps) for pattern, _ in self.ignored)

    def on(self, today: date) -> "Allowances":
        """Return what holds today."""
        if all(today <= rule.expires for _, rule in self.ignored):
            return self
        return replace(self, ignored=tuple(each for each in self.ignored if today <= each[1].expires))

    def expired(self, steps: Steps, today: date) -> Iterable[Ignore]:
        """Yield the rules that left this place out until they expired."""
        for pattern, rule in self.ignored:
            if rule.expires < today and pattern.covers(steps):
                yield rule


NO_ALLOWANCES: Final = Allowances()


def allowances_of(
    *,
    seam: str,
    root: str,
    money: bool,
    unordered: Iterable[str],
    tolerance: Mapping[str, Tolerance],
    ignore: Iterable[Ignore],
) -> Allowances:
    """Read what a seam declares; raises HarnessMisconfigured for what cannot be read, and for leniency about money."""
    rules = tuple(ignore)
    if money and (tolerance or rules):
        raise HarnessMisconfigured(
            f"The money seam {seam} has a tolerance or an ignore rule: a price is right or wrong. "
            "Take it out, and explain the difference by the oracle of the signed price list."
        )
    return Allowances(
        unordered=tuple(pattern_of(path, root=root) for path in _paths(unordered, seam)),
        tolerances=tuple(
            (pattern_of(path, root=root), checked_tolerance(each, path=path)) for path, each in tolerance.items()
        ),
        ignored=tuple((pattern_of(rule.path, root=root), rule) for rule in rules),
    )


def _paths(unordered: Iterable[str], seam: str) -> Iterable[str]:
    if isinstance(unordered, str):
        raise HarnessMisconfigured(f"The seam {seam} says unordered={unordered!r}: write a list of paths, in brackets.")
    return unordered
