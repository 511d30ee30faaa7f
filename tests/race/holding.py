"""Somebody's session that holds what a rollback needs, and the rollback beside it."""

import os
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections

from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness import queries
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.control.locks import FLAG_LOCK
from migration_harness.models import AuditEvent
from migration_harness.trail import audit
from tests.acceptance.conftest import database_url

FULL = os.environ.get("SOAK") == "1"
TIMES = 5 if FULL else 1
FLAG = "model-based-credits"
GENEROUS_SECONDS = 30
HOLDER = "psql of somebody"


def on(name=FLAG):
    return rollback.change_flag(name=name, change=FlagChange(everyone=True), actor="tester")


def in_time(act):
    """Return what ``act`` returns or raises in a thread of its own, and how many seconds it took."""
    came = []

    def run():
        begun = time.monotonic()
        try:
            came.append((act(), None))
        except Exception as error:  # noqa: BLE001  The test asserts which.
            came.append((None, error))
        finally:
            came.append(time.monotonic() - begun)
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(GENEROUS_SECONDS)
    assert came, f"nothing was heard of it in {GENEROUS_SECONDS} s"
    (result, error), seconds = came
    return result, error, seconds


def rolled_back(names=(FLAG,)):
    """Roll back beside a fault: acknowledged and with its proof, whatever the fault."""
    proven, error, seconds = in_time(lambda: rollback.roll_back(names=list(names), actor="tester"))
    assert error is None
    assert proven.refused == ()
    assert proven.proof.holds
    assert {name: queries.flag_status(name).everyone for name in names} == dict.fromkeys(names, False)
    assert audit.verify() == AuditEvent.objects.count()
    return proven, seconds


def charge(operation_id):
    return CreditService.deduct_credits_for_operation(
        account=Account.objects.order_by("pk").first(), operation_type="clustering", model="gpt-5.1",
        usage=Usage(tokens_input=2_000, tokens_output=760), operation_id=operation_id,
    )  # fmt: skip


@contextmanager
def session(*statements, name=HOLDER, ends=True):
    """Somebody's session, idle in a transaction in which it has run these statements."""
    holder = psycopg.connect(database_url(), application_name=name)
    try:
        for statement in statements:
            holder.execute(statement)
        yield holder
        if ends:
            with pytest.raises(psycopg.OperationalError):
                holder.execute("SELECT 1")
    finally:
        holder.close()


HELD = {
    "the flag's row": f"SELECT FROM migration_harness_flag WHERE name = '{FLAG}' FOR UPDATE",
    "the flag's row, shared": f"SELECT FROM migration_harness_flag WHERE name = '{FLAG}' FOR SHARE",
    "the flag's lock": f"SELECT pg_advisory_xact_lock_shared({FLAG_LOCK}, id::integer) FROM migration_harness_flag",
    "the flag's lock, of a session": (
        f"SELECT pg_advisory_lock({FLAG_LOCK}, id::integer) FROM migration_harness_flag WHERE name = '{FLAG}'"
    ),
    "the counter": "SELECT FROM migration_harness_epoch FOR UPDATE",
    "the trail's lock": f"SELECT pg_advisory_xact_lock({audit._LOCK})",
    "the trail's head": "SELECT FROM migration_harness_audithead FOR UPDATE",
    "the trail, in an index made": "CREATE INDEX somebodys ON migration_harness_auditevent (actor)",
    "the trail, in a change of its table": "ALTER TABLE migration_harness_auditevent ADD COLUMN somebodys integer",
    "the counter's table": "LOCK TABLE migration_harness_epoch IN ACCESS EXCLUSIVE MODE",
    "the leases": "LOCK TABLE migration_harness_lease IN SHARE ROW EXCLUSIVE MODE",
}
LEAVES_CHARGES_ALONE = [held for held in HELD if held != "the flag's lock, of a session"]
