"""What a chart shows: numbers in series over the same labels, exact, before anybody draws them."""

from dataclasses import dataclass
from decimal import Decimal

from dashboards.labels import Label

Value = int | Decimal | None
"""None: nothing is known here, which is no zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers of one kind, one for each label of the chart. The label's tone is the colour, its mark stands beside."""

    label: Label
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A line that the numbers should stay on one side of."""

    name: str
    value: int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: ``name`` is its id on the page, ``unit`` what its numbers are, ``over`` what its labels are.

    ``empty`` is said where no series has a number but zero.
    """

    name: str
    title: str
    unit: str
    over: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    limit: Limit | None = None
    empty: str = "Nothing to show yet."

    def __post_init__(self) -> None:
        """Refuse a series that has not a number for each label."""
        if any(len(each.values) != len(self.labels) for each in self.series):
            raise ValueError(f"The chart {self.name} has a series that has not one number for each label.")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for each in self.series for value in each.values)

    @property
    def rows(self) -> list[tuple[str, list[Value]]]:
        """The numbers as a table has them: each label with one of each series, without labels that have none."""
        found = [(label, [each.values[at] for each in self.series]) for at, label in enumerate(self.labels)]
        return [(label, values) for label, values in found if any(values)]

    @property
    def totals(self) -> list[tuple[Label, Value]]:
        """Each series with its sum."""
        return [(each.label, sum(value for value in each.values if value is not None)) for each in self.series]
