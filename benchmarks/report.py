"""The table on the screen, and the same figures as JSON."""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.rows import RATES, ROWS, Row
from benchmarks.timing import Figure

Figures = Mapping[str, Figure]


def missed(figures: Figures) -> list[Row]:
    """Return the rows whose median is outside its budget."""
    return [row for row in _rows(figures) if _met(row, figures) is False]


def print_table(figures: Figures) -> None:
    """Print one line for each row, and in it one line for each peer."""
    table = Table(title=f"Python {platform.python_version()}, {os.cpu_count()} cores", show_lines=True)
    table.add_column("what")
    for heading in ("ours", "best", "budget", "met"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("peers (and how many times better ours is)", no_wrap=True)
    for row in _rows(figures):
        table.add_row(row.what, *_cells(row, figures))
    # A pipe has no width of its own.
    Console(width=None if sys.stdout.isatty() else 150).print(table)


def as_json(figures: Figures) -> dict[str, Any]:
    """Return the table as plain data."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "rows": [
            {
                "what": row.what,
                "ours": asdict(figures[row.ours]),
                "budget": row.budget,
                "met": _met(row, figures),
                "peers": {
                    peer: {**asdict(figures[peer]), "ratio": _ratio(figures[row.ours], figures[peer])}
                    for peer in row.peers
                    if peer in figures
                },
            }
            for row in _rows(figures)
        ],
    }


def _rows(figures: Figures) -> list[Row]:
    """Return the rows that were measured."""
    return [row for row in ROWS if row.ours in figures]


def _cells(row: Row, figures: Figures) -> list[str]:
    ours, met = figures[row.ours], _met(row, figures)
    peers = [
        f"{peer} {_text(figures[peer])} ({_number(_ratio(ours, figures[peer]))} ×)"
        for peer in row.peers
        if peer in figures
    ]
    limit = "≥" if ours.unit in RATES else "≤"
    budget = "–" if row.budget is None else f"{limit} {row.budget:g} {ours.unit}"
    verdict = {None: "–", True: "[green]yes[/green]", False: "[red]no[/red]"}[met]
    return [_text(ours), _number(ours.best), budget, verdict, "\n".join(peers) or "–"]


def _met(row: Row, figures: Figures) -> bool | None:
    if row.budget is None:
        return None
    ours = figures[row.ours]
    return ours.median >= row.budget if ours.unit in RATES else ours.median <= row.budget


def _ratio(ours: Figure, peer: Figure) -> float:
    return ours.median / peer.median if ours.unit in RATES else peer.median / ours.median


def _text(figure: Figure) -> str:
    return f"{_number(figure.median)} {figure.unit}".strip()


def _number(number: float) -> str:
    return f"{number:.2f}" if number < 100 else f"{number:,.0f}"
