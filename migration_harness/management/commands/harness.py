"""``manage.py harness``: every verb of the control plane. Each verb is a function of its own file."""

from typing import Any

from django_typer.management import Typer

from migration_harness.cli import audit, discrepancies, flag, replay, rollback, status

app: Any = Typer(
    help="Look at a migration, move accounts, review differences, roll back.",
    pretty_exceptions_show_locals=False,
)

app.command("status")(status.status)
app.command("flag")(flag.flag)
app.command("rollback")(rollback.rollback)
app.command("replay")(replay.replay)
app.command("audit")(audit.audit)
app.add_typer(discrepancies.app, name="discrepancies")
