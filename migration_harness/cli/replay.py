"""``harness replay``: real traffic through the service, or recorded usage through both sides again."""

import math
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from migration_harness.authority import actions
from migration_harness.cli import runs
from migration_harness.cli.acting import ask, verb
from migration_harness.cli.output import FAILED, Json, console, print_json, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, warning
from migration_harness.evidence import replay as replays
from migration_harness.evidence.replay import ReplayOutcome, ReplayReport
from migration_harness.exceptions import InvalidChange


@verb()
def replay(
    trace: Annotated[Path | None, Argument(help="A CSV file of requests; each row is charged.")] = None,
    *,
    recorded: Annotated[
        str | None, Option("--recorded", help="The usage since then, charging nobody: 30d, or a date in UTC.")
    ] = None,
    until: Annotated[str | None, Option("--until", help="Of --recorded: up to then; now without it.")] = None,
    seam: Annotated[list[str] | None, Option("--seam", help="Of --recorded: only this seam; may be repeated.")] = None,
    listed: Annotated[bool, Option("--runs", help="List the runs of recorded usage; with --run show one.")] = False,
    limit: Annotated[int | None, Option(min=0, help="Only the first N rows.")] = None,
    rate: Annotated[float | None, Option(min=0.001, help="Rows per second; as fast as it goes without.")] = None,
    images: Annotated[int | None, Option(min=1, help="After every K-th row one image on each image model.")] = None,
    run: Annotated[str | None, Option(help="Name of the run. Of a trace: rows charged under it are skipped.")] = None,
    json: Json = False,
) -> None:
    """Charge every row of a trace as the application does; or compare recorded usage again, charging nobody."""
    if [trace is not None, recorded is not None, listed].count(True) != 1:
        raise InvalidChange("Name a trace, or say --recorded 30d, or --runs.")
    if recorded is None and (until is not None or seam):
        raise InvalidChange("--until and --seam are for --recorded.")
    if trace is None and (rate is not None or images is not None):
        raise InvalidChange("--rate and --images are for a trace.")
    if rate is not None and not math.isfinite(rate):
        raise InvalidChange(f"--rate is a number of rows per second, not {rate}.")
    if listed:
        runs.show(run, json=json)
    elif recorded is not None:
        ask(actions.RUN)
        runs.make(name=run, since=recorded, until=until, only=tuple(seam or ()), limit=limit, json=json)
    elif trace is not None:
        ask(actions.CHARGE, subject=trace.name)
        _charge(trace, run=run or trace.name, limit=limit, rate=rate, images=images, json=json)


def _charge(trace: Path, *, run: str, limit: int | None, rate: float | None, images: int | None, json: bool) -> None:
    total = replays.count_rows(trace)
    total = total if limit is None else min(total, limit)
    with progress() as shown:
        bar = shown.add_task(f"Replaying {trace.name}", total=total)
        report = replays.replay(
            path=trace,
            run=run,
            limit=limit,
            rate_per_second=rate,
            images_every=images,
            on_row=lambda: shown.advance(bar),
        )
    with telling(f"Run {report.run}: {report.counts[ReplayOutcome.DONE]:,} rows charged."):
        if json:
            print_json(_as_json(report))
        else:
            _print(report)
    if report.malformed_count:
        raise Exit(FAILED)


def _as_json(report: ReplayReport) -> dict[str, object]:
    counts = {outcome.value: report.counts[outcome] for outcome in ReplayOutcome}
    return {
        "run": report.run,
        **counts,
        "malformed": report.malformed_count,
        "malformed_rows": report.malformed,
        "ran_dry_accounts": dict(report.ran_dry),
        "seconds": round(report.seconds, 1),
    }


def _print(report: ReplayReport) -> None:
    out = console()
    done, skipped = report.counts[ReplayOutcome.DONE], report.counts[ReplayOutcome.SKIPPED]
    out.print(f"Run {report.run}: {done:,} rows charged, {skipped:,} skipped (charged before), {report.seconds:.1f} s.")
    for account, rows in report.ran_dry.items():
        out.print(bold(f"{account} ran dry:"), f"{rows:,} rows were refused for want of credits.")
    for line in report.malformed:
        out.print(warning(f"Skipped {line}."))
    if report.malformed_count > len(report.malformed):
        out.print(f"{report.malformed_count - len(report.malformed):,} more malformed rows were skipped.")
