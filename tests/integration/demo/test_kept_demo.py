"""Tests begin with the demo that everybody makes, and leave nothing of it."""

import pytest
from django.core.management.color import no_style
from django.db import connection

from igny8_core.auth.models import Account, Plan
from igny8_core.seed import DEMO_ACCOUNTS, DEMO_CREDITS, seed_demo
from migration_harness.models import AuditEvent
from migration_harness.trail import audit

KEPT = {"django_content_type", "auth_permission"}


def rows():
    """Return how many rows each table has."""
    with connection.cursor() as cursor:
        return {table: count(cursor, table) for table in connection.introspection.django_table_names()}


def count(cursor, table):
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


def triggers():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
        )
        return cursor.fetchall()


class TestCopiedDemo:
    @pytest.mark.legacy
    def test_is_the_demo(self, demo):
        copied = rows()
        seed_demo()
        assert rows() == copied
        assert copied["igny8_auth_account"] == len(DEMO_ACCOUNTS)
        assert set(Account.objects.values_list("credits", flat=True)) == {DEMO_CREDITS}
        assert audit.verify() == AuditEvent.objects.count() > 0

    def test_leaves_its_numbers_to_nobody_else(self, demo):
        last = Account.objects.order_by("pk").last()
        assert Account.objects.create(name="One more", plan=last.plan).pk > last.pk

    def test_is_made_where_there_is_something(self, db, kept_demo):
        own = Account.objects.create(name="Own", plan=Plan.objects.create(name="Own", included_credits=1))
        kept_demo.put()
        assert Account.objects.count() == len(DEMO_ACCOUNTS) + 1
        assert Account.objects.get(pk=own.pk).name == "Own"


class TestEmptiedDatabase:
    def test_has_no_row_and_every_trigger(self, demo):
        before = triggers()
        tables = connection.introspection.django_table_names(only_existing=True)
        assert connection.ops.sql_flush(no_style(), tables) == []
        assert {table for table, number in rows().items() if number} == KEPT
        assert triggers() == before
