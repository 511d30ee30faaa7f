"""``harness verify``: run the full test suite after a phase, or take the report of a run elsewhere, and record it."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from migration_harness.authority import actions
from migration_harness.cli.acting import verb, whoever
from migration_harness.cli.output import FAILED, Json, console, print_json, telling
from migration_harness.cli.screen import bold, warning
from migration_harness.exceptions import InvalidChange
from migration_harness.models import TestRun
from migration_harness.plan import plan
from migration_harness.printing import printable
from migration_harness.rollout import verifying


@verb(actions.VERIFY)
def verify(
    phase: Annotated[int, Argument(help="The phase after which the tests run.")],
    *,
    junit: Annotated[Path | None, Option(help="A JUnit report, or a folder of them, of a run elsewhere.")] = None,
    revision: Annotated[str, Option(help="The revision that the report is of.")] = "",
    json: Json = False,
) -> None:
    """Run the suite and record its result and revision; exit code 1 unless tests ran and all of them passed."""
    chosen = plan().phase(phase)
    if junit is not None:
        row = verifying.take_report(phase=chosen, path=junit, revision=revision, actor=whoever())
    elif revision:
        raise InvalidChange("--revision belongs to a report: add --junit FILE. A run here knows its revision.")
    else:
        row = verifying.verify(phase=chosen, actor=whoever(), on_line=_stream)
    told, is_green = verifying.sentence_of(row), verifying.is_green(row)
    with telling(told):
        if json:
            print_json(run_json(row) | {"green": is_green})
        else:
            console().print(bold(told) if is_green else warning(told))
    if not is_green:
        raise Exit(FAILED)


def run_json(row: TestRun) -> dict[str, object]:
    """Return a run for scripts."""
    return {
        "phase": row.phase,
        "revision": row.revision,
        "dirty": row.dirty,
        "tests": row.tests,
        "failed": row.failed,
        "exit_code": row.exit_code,
        "source": row.source,
        "at": row.at.isoformat(),
        "seconds": row.seconds,
    }


def _stream(line: str) -> None:
    """Print a line of the suite, out of the way of what a script reads."""
    sys.stderr.write(printable(line) + "\n")
