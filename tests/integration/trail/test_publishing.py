"""The head of the trail is published in a file, and a trail that lacks one of them is noticed."""

import json

import pytest
from django.db import connection

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import HeadsUnreadable, Unwritable
from migration_harness.models import AuditEvent
from migration_harness.tasks import publish_head_of_trail
from migration_harness.trail import publishing
from migration_harness.trail.publishing import publish_head, published_heads
from tests.trial_flag import FLAG


@pytest.fixture
def heads(trial_flag, tmp_path):
    path = tmp_path / "heads.jsonl"
    publish_head(path)
    return path


def flip(share_bps=100):
    change_flag(name=FLAG, change=FlagChange(share_bps=share_bps), actor="ann")


def cut_off():
    """Remove the newest event, as whoever may change every table does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE migration_harness_auditevent DISABLE TRIGGER audit_append_only")
        cursor.execute(
            "DELETE FROM migration_harness_auditevent WHERE id = (SELECT max(id) FROM migration_harness_auditevent)"
        )
        cursor.execute("ALTER TABLE migration_harness_auditevent ENABLE ALWAYS TRIGGER audit_append_only")


class TestHead:
    def test_is_the_newest_event(self, heads):
        newest = AuditEvent.objects.latest("id")
        assert [(each.event, each.hash) for each in published_heads(heads)] == [(newest.pk, newest.hash)]

    def test_gets_a_line_where_it_has_changed_and_only_then(self, heads):
        assert publish_head(heads) is None
        flip()
        assert publish_head(heads) is not None
        assert len(published_heads(heads)) == 2

    def test_is_published_by_the_task_where_a_file_is_named(self, heads, settings):
        flip()
        publish_head_of_trail()
        assert len(published_heads(heads)) == 1
        settings.HARNESS = settings.HARNESS | {"HEADS_FILE": str(heads)}
        publish_head_of_trail()
        assert len(published_heads(heads)) == 2

    def test_that_is_gone_is_told_by_the_next_publication(self, heads, monkeypatch):
        told = []
        monkeypatch.setattr(publishing, "alarm", lambda event, **fields: told.append((event, fields["event_id"])))
        flip()
        gone = publish_head(heads)
        cut_off()
        publish_head(heads)
        assert told == [("harness.trail_cut", gone.event)]

    def test_is_not_published_where_nobody_can_write(self, trial_flag, tmp_path):
        with pytest.raises(Unwritable, match="HEADS_FILE"):
            publish_head(tmp_path / "nowhere" / "heads")

    def test_that_nobody_can_read_is_named_by_its_line(self, heads):
        heads.write_text(heads.read_text() + "{}\n")
        with pytest.raises(HeadsUnreadable, match="Line 2 of"):
            published_heads(heads)


class TestVerify:
    def test_finds_every_published_head(self, heads, harness):
        flip()
        publish_head(heads)
        code, out, _ = harness("audit", "--verify", "--published", str(heads), "--json")
        assert (code, json.loads(out)["published"]) == (0, 2)

    def test_names_the_head_that_a_trail_lacks_which_was_cut_off(self, heads, harness):
        flip()
        gone = publish_head(heads)
        cut_off()
        code, _, err = harness("audit", "--verify", "--published", str(heads))
        assert (code, f"the first of them event {gone.event} ({gone.hash})" in err) == (1, True)

    def test_does_not_take_a_file_that_is_none(self, heads, harness):
        heads.write_text("nothing")
        assert harness("audit", "--verify", "--published", str(heads))[0] == 2
