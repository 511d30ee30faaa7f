"""Heads of the audit trail go to whoever keeps them, once each, and what was received is verified."""

import json

import pytest
from django.conf import settings as django_settings

from migration_harness.certificate.checking import heads_in
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent, Notice, NoticeDelivery
from migration_harness.rollout.notices import heads
from migration_harness.rollout.notices.heads import send_head
from migration_harness.rollout.notices.lanes import deliver_all
from migration_harness.tasks import publish_head_of_trail
from tests.receiver import SECRET, Receiver, status
from tests.trial_flag import FLAG

from ..trail.test_publishing import cut_off

pytestmark = pytest.mark.usefixtures("trial_flag")


@pytest.fixture
def keeper(settings):
    with Receiver() as receiver:
        notices = {"heads_url": receiver.url, "secret": SECRET, "emails": ["ann@example.com"]}
        settings.HARNESS = django_settings.HARNESS | {"NOTICES": notices}
        yield receiver


def flip(share_bps=100):
    change_flag(name=FLAG, change=FlagChange(share_bps=share_bps), actor="ann")


def received(keeper, path):
    """Write what came into a file, a body a line, as a receiver does."""
    path.write_bytes(b"".join(each.body + b"\n" for each in keeper.came))
    return path


class TestHead:
    def test_comes_signed_to_whoever_keeps_heads_and_to_nobody_else(self, keeper):
        publish_head_of_trail()
        deliver_all()
        newest = AuditEvent.objects.latest("id")
        (came,) = keeper.came
        assert (came.content["type"], came.content["data"]["details"]) == (
            "head_published",
            {"event": newest.pk, "hash": newest.hash},
        )
        assert came.headers["webhook-signature"].startswith("v1,")
        assert list(NoticeDelivery.objects.values_list("channel", "state")) == [("heads", "delivered")]

    def test_comes_once_until_the_trail_goes_on(self, keeper):
        assert (send_head() is None, send_head()) == (False, None)
        flip()
        assert send_head() is not None
        deliver_all()
        assert len(keeper.came) == 2

    def test_that_was_not_taken_comes_again_with_the_same_id(self, keeper):
        keeper.does(status(500))
        send_head()
        deliver_all()
        keeper.does(status(204))
        NoticeDelivery.objects.update(next_at=Notice.objects.get().at)
        deliver_all()
        assert (len(keeper.keys), len(set(keeper.keys))) == (2, 1)
        assert NoticeDelivery.objects.get().state == "delivered"

    def test_is_put_down_for_nobody_where_nobody_keeps_any(self):
        assert (send_head(), Notice.objects.count()) == (None, 0)

    def test_that_is_gone_is_told_by_the_next_one(self, keeper, monkeypatch):
        told = []
        monkeypatch.setattr(heads, "alarm", lambda event, **fields: told.append((event, fields["event_id"])))
        flip()
        gone = send_head()
        cut_off()
        send_head()
        assert told == [("harness.trail_cut", gone.details["event"])]

    def test_is_on_no_list_but_by_its_subject(self, keeper, harness):
        send_head()
        deliver_all()
        assert "head_published" not in harness("notices")[1]


class TestVerify:
    def test_holds_a_trail_to_what_was_received(self, keeper, harness, tmp_path):
        send_head()
        flip()
        send_head()
        deliver_all()
        path = received(keeper, tmp_path / "received.jsonl")
        code, out, _ = harness("audit", "--verify", "--heads", str(path), "--json")
        assert (code, json.loads(out)["published"]) == (0, 2)
        assert heads_in(path.read_text().splitlines())[-1] == AuditEvent.objects.latest("id").hash

    def test_names_the_head_that_a_shortened_trail_lacks(self, keeper, harness, tmp_path):
        flip()
        send_head()
        deliver_all()
        cut_off()
        code, _, err = harness("audit", "--verify", "--heads", str(received(keeper, tmp_path / "received.jsonl")))
        assert (code, "The trail lacks 1 event whose hash was published" in " ".join(err.split())) == (1, True)
