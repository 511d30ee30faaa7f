"""``harness reconcile``: repair what has drifted between two stores."""

from dataclasses import asdict

from typer import Exit

from migration_harness.authority import actions
from migration_harness.cli.acting import verb
from migration_harness.cli.output import FAILED, Json, console, print_json, table, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import warning
from migration_harness.stores import reconcile as reconciling


@verb(actions.STORES)
def reconcile(*, json: Json = False) -> None:
    """Copy every key that one store has missed; safe at any time and to run again."""
    with progress() as shown:
        bar = shown.add_task("Reconciling", total=None)
        found = reconciling.reconcile(on_progress=lambda done, total: shown.update(bar, completed=done, total=total))
    with telling(f"{found.repaired:,} drifted keys repaired, {len(found.failed):,} could not be."):
        if json:
            print_json(asdict(found))
        else:
            _print(found)
    if found.failed:
        raise Exit(FAILED)


def _print(found: reconciling.Reconciliation) -> None:
    out = console()
    out.print(f"{found.repaired:,} drifted keys repaired.")
    if not found.failed:
        return
    out.print(warning(f"{len(found.failed):,} could not be repaired"), "and are kept for the next time:")
    rows = table("Seam", "Key", "Attempts", "Error", numbers=("Attempts",))
    for each in found.failed:
        rows.add_row(each.seam, each.key, str(each.attempts), each.error)
    out.print(rows)
