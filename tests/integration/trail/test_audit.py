"""The audit trail cannot be changed unnoticed."""

import pytest
from django.db import IntegrityError, connection, transaction

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import AuditTampered
from migration_harness.models import AuditEvent
from migration_harness.trail import audit
from tests.trial_flag import FLAG


class TestAuditTrail:
    @pytest.fixture(autouse=True)
    def _some_events(self, trial_flag):
        for share in (100, 200, 300):
            change_flag(
                name=FLAG,
                change=FlagChange(share_bps=share),
                actor="tester",
                reason="ramp",
            )

    def test_is_an_unbroken_chain(self):
        assert audit.verify() == AuditEvent.objects.count() > 3

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE {} SET actor = 'nobody'", "DELETE FROM {}", "TRUNCATE {}"],
        ids=["update", "delete", "truncate"],
    )
    def test_is_append_only(self, sql):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.format("migration_harness_auditevent"))

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE migration_harness_auditevent SET reason = 'other' WHERE id = {id}",
            "DELETE FROM migration_harness_auditevent WHERE id = {id}",
        ],
        ids=["changed", "removed"],
    )
    def test_names_the_event_that_does_not_fit(self, sql):
        second = AuditEvent.objects.order_by("id")[1]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE migration_harness_auditevent DISABLE TRIGGER audit_append_only")
            cursor.execute(sql.format(id=second.pk))
        found = second.pk if "UPDATE" in sql else second.pk + 1
        with pytest.raises(AuditTampered, match=f"Audit event {found} "):
            audit.verify()
