"""``harness fleet``: the processes that decide, and by which epoch."""

from dataclasses import asdict

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import Json, console, print_json, table


@verb()
def fleet(*, json: Json = False) -> None:
    """Show every process with a lease: role, host, epoch, and how long ago it renewed."""
    found = queries.fleet()
    if json:
        print_json([asdict(each) | {"process": asdict(each.process)} for each in found])
        return
    out = console()
    if not found:
        out.print("No process holds a lease: none has evaluated a seam within the last two seconds.")
        return
    numbers = ("PID", "Epoch", "Behind", "Renewed", "Open units")
    rows = table("Role", "Host", *numbers, "Lease", "Not compared", numbers=numbers)
    for each in found:
        process = each.process
        renewed = f"{each.age_seconds:.1f} s ago"
        lease = "live" if each.is_live else "run out"
        numbers = (str(process.pid), str(each.epoch), str(each.behind), renewed, str(each.open_units))
        rows.add_row(process.role, process.host, *numbers, lease, ", ".join(each.open_breakers))
    out.print(rows)
    if not all(each.is_live for each in found):
        out.print("Run out by the database's clock; the proof of a rollback does not ask it, but watches each lease.")
