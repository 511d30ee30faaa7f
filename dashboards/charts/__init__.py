"""Charts: drawn by the server as SVG, with the table of their numbers behind them; no script."""

from dashboards.charts.chart import Chart, Limit, Series
from dashboards.charts.drawing import Drawing, bars, lines

__all__ = ["Chart", "Drawing", "Limit", "Series", "bars", "lines"]
