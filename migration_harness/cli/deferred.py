"""``harness deferred``: calls whose other side runs later, and where there is no Celery, running it."""

from dataclasses import asdict
from math import inf
from typing import Annotated

from typer import Option

from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.cli.acting import ask, verb
from migration_harness.cli.output import Json, console, print_json, table, telling
from migration_harness.log import recorder
from migration_harness.queries import DeferredBacklog
from migration_harness.seams.deferred.working import work_off
from migration_harness.wording import counted

Once = Annotated[bool, Option("--once", help="Compare what waits, and end. For cron, where no worker runs.")]


@verb()
def deferred(*, once: Once = False, json: Json = False) -> None:
    """List the calls of deferred seams that wait for a worker, or with --once be the worker."""
    compared = _work_off() if once else None
    found = queries.deferred_backlogs()
    done = "" if compared is None else f"{counted(compared, 'call')} compared, {_total(found):,} still wait."
    with telling(done):
        if json:
            print_json({"compared": compared, "waiting": [asdict(each) for each in found]})
        else:
            _print(found, done)


def _work_off() -> int:
    ask(actions.COMPARE)
    done = work_off(at_most_seconds=inf)
    recorder.buffer.flush()
    return done


def _print(found: list[DeferredBacklog], done: str) -> None:
    out = console()
    if done:
        out.print(done)
    rows = table("Seam", "Revision", "Waiting", "Of them claimed", "Oldest", numbers=("Waiting", "Of them claimed"))
    for each in found:
        oldest = f"{each.oldest_seconds:,.0f} s ago"
        rows.add_row(each.seam, each.revision, f"{each.waiting:,}", f"{each.claimed:,}", oldest)
    if found or not done:
        out.print(rows if found else "No call waits.")


def _total(found: list[DeferredBacklog]) -> int:
    return sum(each.waiting for each in found)
