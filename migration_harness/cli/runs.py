"""``harness replay --recorded`` and ``--runs``: recorded usage through both sides, and what came of it."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from migration_harness import queries
from migration_harness.cli.acting import actor
from migration_harness.cli.output import console, print_json, table, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import Screen, bold
from migration_harness.evidence.runs import count_calls, run_recorded
from migration_harness.models import Run
from migration_harness.moments import moment
from migration_harness.queries import RunResult

_NAMED: Final = 20
"""Discrepancies that are listed; the rest is counted. JSON has them all."""


def make(
    *, name: str | None, since: str, until: str | None, only: tuple[str, ...], limit: int | None, json: bool
) -> None:
    """Make a run and print what it found."""
    now = timezone.now()
    begin, end = moment(since, now=now), moment(until, now=now) if until else now
    calls = count_calls(since=begin, until=end, only=only)
    with progress() as shown:
        bar = shown.add_task("Comparing recorded usage", total=calls if limit is None else min(calls, limit))
        made = run_recorded(
            name=name or f"recorded-{now:%Y%m%d-%H%M%S}",
            actor=actor(),
            since=begin,
            until=end,
            only=only,
            limit=limit,
            on_call=lambda: shown.advance(bar),
        )
    with telling(f"Run {made.name} is made: {made.calls:,} recorded calls."):
        show(made.name, json=json)


def show(name: str | None, *, json: bool) -> None:
    """Print one run, or the list of all; raises UnknownRun."""
    if name is None:
        found = queries.runs()
        if json:
            print_json([_listed(run) for run in found])
        else:
            _print_list(console(), found)
    elif json:
        print_json(_as_json(queries.run_result(name)))
    else:
        _print(console(), queries.run_result(name))


def _print_list(out: Screen, found: list[Run]) -> None:
    if not found:
        out.print("There is no run of recorded usage yet: python manage.py harness replay --recorded 30d")
        return
    shown = table("Run", "Usage of", "Calls", "Made", "By", numbers=("Calls",))
    for run in found:
        usage, made = _period(run.since, run.until), f"{run.finished_at:%Y-%m-%d %H:%M}"
        shown.add_row(run.name, usage, f"{run.calls:,}", made, run.actor)
    out.print(shown)


def _print(out: Screen, found: RunResult) -> None:
    seconds = (found.finished_at - found.started_at).total_seconds()
    out.print(
        bold(f"Run {found.name}:"),
        f"{found.calls:,} recorded calls, {_period(found.since, found.until)} UTC, "
        f"compared in {seconds:.1f} s. Nobody was charged.",
    )
    if not found.seams:
        out.print("  Nothing was compared: it says nothing of the candidate.")
    for seam in found.seams:
        verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(seam.verdicts.items()))
        out.print(f"  {seam.seam:<15} {verdicts}")
        out.print(f"  {'':<15} control {_sum(seam.control_sum) or '–'}, candidate {_sum(seam.candidate_sum) or '–'}")
    if found.discrepancies:
        numbers = ("Calls", "Accounts", "Control", "Candidate")
        shown = table("Signature", "Seam", "Verdict", "Group", *numbers, numbers=numbers)
        for each in found.discrepancies[:_NAMED]:
            shown.add_row(
                each.signature,
                each.seam,
                each.verdict,
                " · ".join(each.group),
                f"{each.count:,}",
                f"{each.accounts:,}",
                _sum(each.control_sum) or "–",
                _sum(each.candidate_sum) or "–",
            )
        out.print(shown)
    if len(found.discrepancies) > _NAMED:
        out.print(f"… and {len(found.discrepancies) - _NAMED:,} more; --json has them all.")


def _period(since: datetime, until: datetime) -> str:
    return f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"


def _listed(run: Run) -> dict[str, Any]:
    fields = ("name", "actor", "started_at", "finished_at", "since", "until", "calls")
    return {field: getattr(run, field) for field in fields}


def _as_json(found: RunResult) -> dict[str, Any]:
    shown = asdict(found)
    for each in (*shown["seams"], *shown["discrepancies"]):
        each |= {name: _sum(each[name]) for name in ("control_sum", "candidate_sum")}
    return shown


def _sum(value: Decimal | None) -> str | None:
    return None if value is None else queries.plain(value)
