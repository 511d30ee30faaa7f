"""The audit trail is what was written: whatever the settings, and to its end."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum
from hashlib import sha256

import pytest
import structlog
from django.db import connection, transaction
from django.utils import timezone

from migration_harness.control.events import record_event
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import AuditTampered
from migration_harness.models import AuditEvent, AuditHead, Flag
from migration_harness.trail import audit
from tests.trial_flag import FLAG

SETTINGS = {
    "UTC": {"USE_TZ": True, "TIME_ZONE": "UTC"},
    "Berlin": {"USE_TZ": True, "TIME_ZONE": "Europe/Berlin"},
    "naive UTC": {"USE_TZ": False, "TIME_ZONE": "UTC"},
    "naive Berlin": {"USE_TZ": False, "TIME_ZONE": "Europe/Berlin"},
    "naive Kathmandu": {"USE_TZ": False, "TIME_ZONE": "Asia/Kathmandu"},
}


def use(settings, name):
    for key, value in SETTINGS[name].items():
        setattr(settings, key, value)


def flip(share):
    change_flag(name=FLAG, change=FlagChange(share_bps=share), actor="tester", reason="ramp")


def note(**content):
    record_event(**{"actor": "host", "action": "note", "subject": "it", "before": {}, "after": {}} | content)


def run(sql, *parameters):
    """Change the trail as only somebody with all rights can."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE migration_harness_auditevent DISABLE TRIGGER audit_append_only")
        cursor.execute(sql, parameters)
        cursor.execute("ALTER TABLE migration_harness_auditevent ENABLE ALWAYS TRIGGER audit_append_only")


def forget_head():
    """Take the head away, as only somebody with all rights can."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE migration_harness_audithead DISABLE TRIGGER audit_head_stays")
        cursor.execute("DELETE FROM migration_harness_audithead")
        cursor.execute("ALTER TABLE migration_harness_audithead ENABLE ALWAYS TRIGGER audit_head_stays")


def written_by_the_revision_before(**content):
    """Append an event as the revision before does: it locks the chain, and knows of no head."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x6861_6175])
        return forged(**content)


def forged(**content):
    """Append an event with hashes that fit, past the harness; as a revision before does too."""
    last = AuditEvent.objects.order_by("id").last()
    fields = {"at": timezone.now(), "actor": "x", "action": "change flag", "subject": FLAG, "before": {}, "after": {}}
    event = AuditEvent(**fields | {"reason": "", "evidence": {}, "previous_hash": last.hash} | content)
    written = [
        event.at.isoformat(), event.actor, event.action, event.subject, event.before, event.after, event.reason,
        event.evidence, event.previous_hash,
    ]  # fmt: skip
    event.hash = sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()
    event.save(force_insert=True)
    return event


@pytest.fixture
def _trail(trial_flag):
    for share in (100, 200, 300):
        flip(share)
    note()


@pytest.mark.usefixtures("_trail")
class TestTrail:
    @pytest.mark.covering
    @pytest.mark.parametrize("after", SETTINGS)
    @pytest.mark.parametrize("before", SETTINGS)
    def test_is_intact_whatever_the_settings_are_and_were(self, settings, before, after):
        use(settings, before)
        flip(400)
        note()
        use(settings, after)
        flip(500)
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.covering
    @pytest.mark.parametrize("after", SETTINGS)
    @pytest.mark.parametrize("before", SETTINGS)
    def test_of_the_revision_before_is_intact_too(self, settings, before, after):
        forget_head()
        use(settings, before)
        for _ in range(3):
            forged(action="note")
        use(settings, after)
        assert audit.verify() == AuditEvent.objects.count()
        note()
        assert audit.verify() == AuditEvent.objects.count()

    def test_may_be_continued_by_the_revision_before(self):
        """Its flips raise the counter, as they always did; it knows of no head."""
        head = AuditHead.objects.get().hash
        flip(400)
        AuditHead.objects.update(hash=head)
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.parametrize("fold", [0, 1], ids=["first", "second"])
    @pytest.mark.parametrize("name", SETTINGS)
    def test_knows_the_hour_that_comes_twice(self, settings, name, fold):
        use(settings, name)
        at = datetime(2026, 10, 25, 2, 30, fold=fold)  # noqa: DTZ001  As Django has it without USE_TZ.
        audit.append(
            audit.Entry(actor="a", action="note", subject="s", before={}, after={}, reason="", evidence={}), now=at
        )
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.covering
    @pytest.mark.parametrize(
        "value",
        [
            0.1, 1e16, 1e22, 1e-7, -0.0, 1.0, 2**70, Decimal("0.10"), Decimal("1E+3"), {2: "a", 10: "b"}, (1, (2,)),
            "ä\u2028\u0001", None, True, {"b": 1, "a": [{}]}, IntEnum("E", "A").A,
            datetime(2026, 1, 1, tzinfo=UTC), {"": ""},
        ],
        ids=repr,
    )  # fmt: skip
    @pytest.mark.parametrize("name", ["before", "after", "evidence"])
    def test_is_intact_whatever_is_recorded(self, name, value):
        note(**{name: {"value": value}})
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.parametrize("name", ["actor", "action", "subject", "reason"])
    def test_is_intact_where_a_text_is_none(self, name):
        note(**{name: 7})
        assert audit.verify() == AuditEvent.objects.count()


FIRST = "(SELECT min(id) FROM migration_harness_auditevent)"
LAST = "(SELECT max(id) FROM migration_harness_auditevent)"
CUT = {
    "the last event, of a note": f"DELETE FROM migration_harness_auditevent WHERE id = {LAST}",
    "the last two": f"DELETE FROM migration_harness_auditevent WHERE id > {LAST} - 2",
    "the last four": f"DELETE FROM migration_harness_auditevent WHERE id > {LAST} - 4",
    "all": "DELETE FROM migration_harness_auditevent",
    "all at once": "TRUNCATE migration_harness_auditevent",
    "the first": f"DELETE FROM migration_harness_auditevent WHERE id = {FIRST}",
    "one in the middle": f"DELETE FROM migration_harness_auditevent WHERE id = {LAST} - 2",
    "all but the first": f"DELETE FROM migration_harness_auditevent WHERE id > {FIRST}",
}
CHANGED = {
    "at": "at + interval '1 hour'", "actor": "'other'", "action": "'other'", "subject": "'other'",
    "before": """'{"a": 1}'""", "after": """'{"a": 1}'""", "reason": "'other'", "evidence": """'{"epoch": 1000}'""",
    "previous_hash": "repeat('0', 64)", "hash": "repeat('f', 64)",
}  # fmt: skip


@pytest.mark.usefixtures("_trail")
class TestTamperedTrail:
    @pytest.mark.parametrize("what", CUT)
    def test_that_lost_something_is_noticed(self, what):
        run(CUT[what])
        with pytest.raises(AuditTampered):
            audit.verify()

    @pytest.mark.parametrize("what", ["the last two", "the last four", "all"])
    def test_that_lost_its_end_and_its_head_is_noticed_by_the_flags(self, what):
        run(CUT[what])
        forget_head()
        with pytest.raises(AuditTampered, match="Flags were changed up to epoch"):
            audit.verify()

    def test_that_lost_its_end_is_noticed_after_it_went_on(self):
        run(CUT["the last two"])
        note()
        with pytest.raises(AuditTampered, match="Flags were changed up to epoch"):
            audit.verify()

    @pytest.mark.covering
    @pytest.mark.parametrize("place", ["first", "last"])
    @pytest.mark.parametrize("column", CHANGED)
    def test_that_was_changed_is_noticed(self, column, place):
        event = getattr(AuditEvent.objects.order_by("id"), place)()
        if (column, place) != ("previous_hash", "first"):
            run(f"UPDATE migration_harness_auditevent SET {column} = {CHANGED[column]} WHERE id = %s", event.pk)
            with pytest.raises(AuditTampered):
                audit.verify()


@pytest.mark.usefixtures("_trail")
@pytest.mark.django_db(transaction=True)
class TestTrailOfSeveralWriters:
    """Each in a transaction of its own: a lock of the chain ends with it."""

    @pytest.mark.parametrize(
        "content",
        [{"action": "note"}, {"evidence": {"epoch": 1}}, {"evidence": {"epoch": 10**6}}, {"hash": "f" * 64}],
        ids=["a note", "an old epoch", "an epoch to come", "any hash"],
    )
    def test_that_somebody_added_to_is_noticed(self, content):
        wrong = content.pop("hash", "") if "hash" in content else ""
        event = forged(**content)
        if wrong:
            run("UPDATE migration_harness_auditevent SET hash = %s WHERE id = %s", wrong, event.pk)
        with pytest.raises(AuditTampered):
            audit.verify()

    def test_names_the_event_that_somebody_added(self):
        event = forged(action="note")
        with pytest.raises(AuditTampered, match=f"Audit event {event.pk} .* was not written by the harness"):
            audit.verify()

    @pytest.mark.parametrize("action", ["note", "review discrepancy of the host", "backfill"])
    def test_is_intact_while_a_process_of_the_revision_before_writes_to_it(self, action):
        for _ in range(2):
            event = written_by_the_revision_before(action=action)
            assert AuditHead.objects.get().hash == event.hash
            assert audit.verify() == AuditEvent.objects.count()
            note()
            assert audit.verify() == AuditEvent.objects.count()


@pytest.mark.usefixtures("_trail")
class TestHead:
    def test_that_was_logged_is_still_on_the_trail(self, harness):
        head = AuditEvent.objects.order_by("id")[2].hash
        code, out, _ = harness("audit", "--verify", "--head", head.upper())
        count = AuditEvent.objects.count()
        assert (code, f"{count} events, the chain is intact. {count - 3} since the head" in " ".join(out.split())) == (
            0,
            True,
        )

    def test_that_is_missing_means_that_the_trail_was_cut_off(self, harness):
        """Whoever may change every table can make them agree; what was logged they cannot change."""
        last = AuditEvent.objects.order_by("id").last()
        run(CUT["the last event, of a note"])
        AuditHead.objects.update(hash=last.previous_hash)
        assert audit.verify() == AuditEvent.objects.count()
        code, _, err = harness("audit", "--verify", "--head", last.hash)
        assert (code, "no event with the hash" in " ".join(err.split())) == (1, True)

    def test_is_told_with_the_verification(self, harness):
        newest = AuditEvent.objects.order_by("id").last()
        assert newest.hash in "".join(harness("audit", "--verify")[1].split())
        told = json.loads(harness("audit", "--verify", "--head", newest.hash, "--json")[1])
        assert told == {"events": AuditEvent.objects.count(), "intact": True, "since": 0}


@pytest.mark.django_db(transaction=True)
class TestPublishedHead:
    def test_is_logged_once_it_has_committed(self, trial_flag):
        # A thread in the background may say something of its own.
        with structlog.testing.capture_logs() as events, transaction.atomic():
            note(subject="told")
            assert "harness.audited" not in [e["event"] for e in events]
        newest = AuditEvent.objects.order_by("id").last()
        told = [(e["subject"], e["hash"]) for e in events if e["event"] == "harness.audited"]
        assert told == [("told", newest.hash)]

    def test_is_not_logged_of_what_never_was(self, trial_flag):
        with structlog.testing.capture_logs() as events, pytest.raises(ZeroDivisionError), transaction.atomic():
            note()
            raise ZeroDivisionError
        assert [e for e in events if e["event"] == "harness.audited"] == []

    def test_fails_nothing_where_the_log_is_broken(self, trial_flag, monkeypatch):
        def break_it(*_, **__):
            raise RuntimeError

        monkeypatch.setattr(audit.log, "info", break_it, raising=False)
        flip(700)
        assert Flag.objects.get(name=FLAG).share_bps == 700

    def test_is_a_number_that_only_rises(self, trial_flag):
        from migration_harness.metrics import HarnessCollector

        (family,) = [each for each in HarnessCollector().collect() if each.name == "harness_audit_events"]
        assert family.samples[0].value == AuditEvent.objects.count()


class TestSchemaBefore:
    def test_without_a_place_for_the_head_takes_events_all_the_same(self, trial_flag):
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER audit_keeps_head ON migration_harness_auditevent")
            cursor.execute("DROP TABLE migration_harness_audithead")
            cursor.execute("DELETE FROM django_migrations WHERE name LIKE '%_guards'")
        flip(900)
        assert audit.verify() == AuditEvent.objects.count()
