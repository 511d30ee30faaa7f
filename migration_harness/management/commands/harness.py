"""``manage.py harness``: every verb of the control plane. Each verb is a function of its own file."""

from typing import Any

from django_typer.management import initialize

from migration_harness.cli import (
    advance,
    approvals,
    audit,
    backfill,
    certificate,
    checklist,
    criteria,
    deferred,
    discrepancies,
    errors,
    evidence,
    flag,
    fleet,
    forecast,
    gates,
    heal,
    legacy,
    migrate,
    notices,
    operations,
    reconcile,
    replay,
    resync,
    rollback,
    rollout,
    status,
    tokens,
    trial_balance,
    verify,
)
from migration_harness.cli.acting import As, name_for_all
from migration_harness.cli.usage import HarnessCommand


class Command(HarnessCommand, pretty_exceptions_show_locals=False):
    """Look at a migration, move accounts, review differences, roll back."""

    @initialize()
    def name_actor(self, *, as_everywhere: As = "") -> None:
        """Look at a migration, move accounts, review differences, roll back."""
        name_for_all(as_everywhere)


app: Any = Command.typer_app

app.command("status")(status.status)
app.command("evidence")(evidence.evidence)
app.command("gates")(gates.gates)
app.command("verify")(verify.verify)
app.command("advance")(advance.advance)
app.command("checklist")(checklist.checklist)
app.command("criteria")(criteria.criteria)
app.command("errors")(errors.errors)
app.command("flag")(flag.flag)
app.command("rollback")(rollback.rollback)
app.command("rollout")(rollout.rollout)
app.command("replay")(replay.replay)
app.command("forecast")(forecast.forecast)
app.command("backfill")(backfill.backfill)
app.command("reconcile")(reconcile.reconcile)
app.command("resync")(resync.resync)
app.command("heal")(heal.heal)
app.command("migrate")(migrate.migrate)
app.command("audit")(audit.audit)
app.command("fleet")(fleet.fleet)
app.command("deferred")(deferred.deferred)
app.command("notices")(notices.notices)
app.command("trial-balance")(trial_balance.trial_balance)
app.add_typer(approvals.app, name="approvals")
app.add_typer(certificate.app, name="certificate")
app.add_typer(discrepancies.app, name="discrepancies")
app.add_typer(legacy.app, name="legacy")
app.add_typer(operations.app, name="operations")
app.add_typer(tokens.app, name="token")
