"""Every sum of a forecast by operation, model and account, filled group by group."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from migration_harness.money.forecast.lines import Line, UnpricedLine
from migration_harness.money.forecast.money import Sum
from migration_harness.money.forecast.source import PricedCalls, UnpricedCalls


@dataclass(slots=True)
class _Unpriced:
    calls: int = 0
    credits_before: int | None = None
    accounts: set[str] = field(default_factory=set)


class Tally:
    """Every sum of the report, filled group by group."""

    def __init__(self) -> None:
        self.total = Sum()
        self.accounts: dict[str, Sum] = {}
        self.operations: dict[str, Sum] = {}
        self.models: dict[str, Sum] = {}
        self._unpriced: dict[tuple[str, str, str], _Unpriced] = {}

    def add(self, group: PricedCalls | UnpricedCalls) -> None:
        """Add a group, or leave it out of every sum of money and count it."""
        moved = isinstance(group, PricedCalls) and group.model_after != group.model
        model = f"{group.model} → {group.model_after}" if moved else group.model  # type: ignore[union-attr]
        sums = (
            self.total,
            sum_of(self.accounts, group.account_id),
            sum_of(self.operations, group.operation),
            sum_of(self.models, model),
        )
        if isinstance(group, UnpricedCalls):
            self._leave_out(group, sums)
            return
        for each in sums:
            each.add(calls=group.calls, before=group.before, after=group.after)

    def _leave_out(self, group: UnpricedCalls, sums: Iterable[Sum]) -> None:
        for each in sums:
            each.unpriced += group.calls
        found = self._unpriced.setdefault((group.operation, group.model, group.reason), _Unpriced())
        found.calls += group.calls
        found.accounts.add(group.account_id)
        if group.credits_before is not None:
            found.credits_before = (found.credits_before or 0) + group.credits_before

    def unpriced_lines(self) -> tuple[UnpricedLine, ...]:
        """Return what was left out and why, the most calls first."""
        lines = [
            UnpricedLine(
                operation=operation,
                model=model,
                reason=reason,
                calls=found.calls,
                accounts=len(found.accounts),
                credits_before=found.credits_before,
            )
            for (operation, model, reason), found in self._unpriced.items()
        ]
        return tuple(sorted(lines, key=lambda line: (-line.calls, line.operation, line.model, line.reason)))


def sum_of(sums: dict[str, Sum], key: str) -> Sum:
    """Return the sum of a key, an empty one where there is none yet."""
    found = sums.get(key)
    if found is None:
        found = sums[key] = Sum()
    return found


def lines_of(sums: dict[str, Sum]) -> tuple[Line, ...]:
    """The most calls first."""
    lines = [Line(name=name, change=found.change) for name, found in sums.items()]
    return tuple(sorted(lines, key=lambda line: (-line.change.calls, line.name)))
