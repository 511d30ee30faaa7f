"""The report of a rehearsal, a page that needs nothing else."""

from base64 import b64encode
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from rehearsal.camera import NONE
from rehearsal.story import COLUMNS, NOTHING, Step, Story

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h2{margin-top:2rem;border-bottom:1px solid}dt{font-weight:600;margin-top:.8rem}"
    "dd{margin:0 0 0 1rem;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8886}"
    "img{display:block;width:100%;margin:.6rem 0;border:1px solid #8886;border-radius:.4rem}.failed{color:#c00}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}.wide{overflow-x:auto}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.failed{color:#f66}}"
)


def write_report(story: Story, path: Path) -> Path:
    """Write what a rehearsal has seen; returns the path."""
    steps = groupby(sorted(story.steps, key=lambda step: step.phase), key=lambda step: step.phase)
    phases = "".join(_phase(number, list(of_phase)) for number, of_phase in steps)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Rehearsal</title><style>{_STYLE}</style>"
        f"<main><h1>Rehearsal</h1>{_outcome(story)}{_figures(story)}{_left_out(story)}{phases}</main></html>\n"
    )
    return path


def _outcome(story: Story) -> str:
    took = f"{story.elapsed:.0f} seconds."
    if story.failed:
        return f'<p class="failed">It stopped after {took}</p><pre>{escape(story.failed)}</pre>'
    return f"<p>Every step ended as it must. {took}</p>"


def _figures(story: Story) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("phase", *COLUMNS))
    rows = "".join(_row(number, told) for number, told in sorted(story.figures.items()))
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def _row(number: int, told: dict[str, str]) -> str:
    cells = "".join(f"<td>{escape(told.get(name, NOTHING))}</td>" for name in COLUMNS)
    return f"<tr><th>{number}</th>{cells}</tr>"


def _left_out(story: Story) -> str:
    sentences = [f"Left out: {each}" for each in story.left_out]
    if not any(step.pictures for step in story.steps):
        sentences.append(NONE)
    return "".join(f"<p>{escape(each)}</p>" for each in sentences)


def _phase(number: int, steps: list[Step]) -> str:
    title = f"Phase {number}" if number else "Before"
    return f"<h2>{title}</h2><dl>{''.join(map(_step, steps))}</dl>"


def _step(step: Step) -> str:
    found = "".join(f"<dd>{escape(sentence)}</dd>" for sentence in step.found)
    pictures = "".join(_picture(each, of=step.words) for each in step.pictures)
    return f"<dt>{escape(step.words)} ({step.seconds:.0f} s)</dt>{found}{pictures}"


def _picture(picture: bytes, *, of: str) -> str:
    source = f"data:image/jpeg;base64,{b64encode(picture).decode()}"
    return f'<dd><img alt="The console: {escape(of)}" src="{source}"></dd>'
