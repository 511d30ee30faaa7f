"""Where the bars and lines of a chart are, in a box of ``WIDTH`` by ``HEIGHT`` that a page stretches."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dashboards.charts.chart import Chart, Series
from dashboards.labels import Tone

WIDTH: Final = 600
HEIGHT: Final = 120
_LEAST: Final = 3.0
"""The height of a bar that is not nothing: three calls among ten thousand are seen."""
_GAP: Final = 0.2
"""Of a bar's place, to the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of a column: all numbers are in units of the box."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The bars over one label, and what they say to whoever points at them."""

    told: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """An unbroken line: ``points`` as SVG has them."""

    points: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart and what is drawn of it. ``top`` is the number at the upper edge, ``limit_y`` where its limit is."""

    chart: Chart
    top: int | Decimal
    columns: tuple[Column, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    limit_y: float | None = None

    @property
    def box(self) -> str:
        """The ``viewBox``."""
        return f"0 0 {WIDTH} {HEIGHT}"


def bars(chart: Chart) -> Drawing:
    """Return a chart as columns, its series one upon the other, the last one at the bottom."""
    sums = [sum(each.values[at] or 0 for each in chart.series) for at in range(len(chart.labels))]
    top = _top(chart, sums)
    return Drawing(
        chart=chart,
        top=top,
        columns=tuple(_column(chart, at, top) for at, total in enumerate(sums) if total),
        limit_y=_limit_y(chart, top),
    )


def lines(chart: Chart) -> Drawing:
    """Return a chart as lines, which are broken where nothing is known."""
    top = _top(chart, [value for each in chart.series for value in each.values if value is not None])
    return Drawing(
        chart=chart,
        top=top,
        strokes=tuple(stroke for each in chart.series for stroke in _strokes(each, top)),
        limit_y=_limit_y(chart, top),
    )


def _top(chart: Chart, values: list[int | Decimal]) -> int | Decimal:
    found = [*values, chart.limit.value] if chart.limit else values
    return max(found, default=0) or 1


def _y(value: int | Decimal, top: int | Decimal) -> float:
    return round(HEIGHT - HEIGHT * float(value) / float(top), 1)


def _limit_y(chart: Chart, top: int | Decimal) -> float | None:
    return _y(chart.limit.value, top) if chart.limit else None


def _column(chart: Chart, at: int, top: int | Decimal) -> Column:
    place = WIDTH / len(chart.labels)
    base, drawn, told = float(HEIGHT), [], []
    for each in reversed(chart.series):
        if not (value := each.values[at]):
            continue
        height = max(_LEAST, HEIGHT * float(value) / float(top))
        base = max(0.0, base - height)
        drawn.append(
            Bar(
                x=round(at * place, 1),
                y=round(base, 1),
                width=round(place * (1 - _GAP), 1),
                height=round(height, 1),
                tone=each.label.tone,
            )
        )
        told.append(f"{value:,} {each.label.word}")
    return Column(told=f"{chart.labels[at]}: {', '.join(told)}", bars=tuple(drawn))


def _strokes(series: Series, top: int | Decimal) -> list[Stroke]:
    """Return the unbroken parts of a series; a lone point is a short stroke, else nobody would see it."""
    step = WIDTH / max(1, len(series.values) - 1)
    parts: list[list[str]] = [[]]
    for at, value in enumerate(series.values):
        if value is None:
            parts.append([])
        else:
            parts[-1].append(f"{round(at * step, 1)},{_y(value, top)}")
    return [
        Stroke(points=" ".join(part * 2 if len(part) == 1 else part), tone=series.label.tone) for part in parts if part
    ]
