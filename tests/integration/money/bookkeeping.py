"""Rows of the books changed behind everybody's back, and what the trial balance says of them."""

from contextlib import contextmanager
from dataclasses import replace

from django.db import connection

from igny8_core.business.billing.books import books
from migration_harness.money.trial_balance import check, check_all

LEDGER, USAGE = "billing_credittransaction", "billing_creditusagelog"
LOG, TRAIL = "migration_harness_comparison", "migration_harness_auditevent"
ACCOUNTS = "igny8_auth_account"
OTHER_BOOKS = replace(books, entries=books.entries.replace("jsonb_build_array(", "jsonb_build_array('new', "))


def tamper(table, sql, *parameters):
    """Change rows of a table with all its triggers and foreign keys switched off, and say how many they were."""
    with connection.cursor() as cursor, _unguarded(cursor, table):
        cursor.execute(sql, parameters)
        return cursor.rowcount


def broken(balance=None):
    """Return what is broken, by law, with the sentences; of a tick that is made now."""
    found = {}
    for each in (balance or check()).broken:
        found.setdefault(each.law, []).append(each.sentence)
    return found


def broken_at_all():
    """The same of a check of every row."""
    return broken(check_all())


@contextmanager
def _unguarded(cursor, table):
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(
        "SELECT c.oid::regclass::text, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND (c.oid = %s::regclass OR c.oid IN "
        "(SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass))",
        [table, table],
    )
    triggers = cursor.fetchall()
    for owner, name, _ in triggers:
        cursor.execute(f"ALTER TABLE {owner} DISABLE TRIGGER {name}")
    cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        cursor.execute("RESET session_replication_role")
        for owner, name, enabled in triggers:
            how = "ENABLE ALWAYS" if enabled == "A" else "ENABLE"
            cursor.execute(f"ALTER TABLE {owner} {how} TRIGGER {name}")
