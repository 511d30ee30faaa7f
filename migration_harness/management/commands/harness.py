"""``manage.py harness``: every verb of the control plane. Each verb is a function of its own file."""

from typing import Any

from migration_harness.cli import (
    audit,
    backfill,
    discrepancies,
    evidence,
    flag,
    fleet,
    legacy,
    reconcile,
    replay,
    resync,
    rollback,
    status,
)
from migration_harness.cli.usage import HarnessCommand


class Command(HarnessCommand, pretty_exceptions_show_locals=False):
    """Look at a migration, move accounts, review differences, roll back."""


app: Any = Command.typer_app

app.command("status")(status.status)
app.command("evidence")(evidence.evidence)
app.command("flag")(flag.flag)
app.command("rollback")(rollback.rollback)
app.command("replay")(replay.replay)
app.command("backfill")(backfill.backfill)
app.command("reconcile")(reconcile.reconcile)
app.command("resync")(resync.resync)
app.command("audit")(audit.audit)
app.command("fleet")(fleet.fleet)
app.add_typer(discrepancies.app, name="discrepancies")
app.add_typer(legacy.app, name="legacy")
