"""The report of a rehearsal, a page that needs nothing else."""

from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from rehearsal.story import Step, Story

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h2{margin-top:2rem;border-bottom:1px solid}dt{font-weight:600;margin-top:.8rem}dd{margin:0 0 0 1rem}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}"
)


def write_report(story: Story, path: Path) -> Path:
    """Write what a rehearsal has seen; returns the path."""
    phases = "".join(_phase(number, list(steps)) for number, steps in groupby(story.steps, key=lambda step: step.phase))
    outcome = f"It stopped: {story.failed}" if story.failed else "Every step ended as it must."
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Rehearsal</title><style>{_STYLE}</style>'
        f"<main><h1>Rehearsal</h1><p>{escape(outcome)} {story.elapsed:.0f} seconds.</p>{phases}</main></html>\n"
    )
    return path


def _phase(number: int, steps: list[Step]) -> str:
    title = f"Phase {number}" if number else "Before"
    return f"<h2>{title}</h2><dl>{''.join(map(_step, steps))}</dl>"


def _step(step: Step) -> str:
    found = "".join(f"<dd>{escape(sentence)}</dd>" for sentence in step.found)
    return f"<dt>{escape(step.words)} ({step.seconds:.0f} s)</dt>{found}"
