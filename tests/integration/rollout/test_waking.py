"""A worker is woken after the commit, and whoever told something waits for no broker."""

import threading

import pytest
from celery import current_app
from django.db import transaction

from migration_harness.rollout.notices import waking
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def published(settings, say, monkeypatch):
    """What is published, in a process that works as in production."""
    say(emails=["ada@example.com"])
    settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_: sent.append(name))
    yield sent
    if waking.waking.publishing is not None:
        waking.waking.publishing.join(PATIENCE_SECONDS)


class TestWaking:
    def test_comes_with_the_commit(self, published, told):
        with transaction.atomic():
            told()
            assert published == []
        until(lambda: published)
        assert published == ["migration_harness.deliver_notices"]

    def test_does_not_come_without_one(self, published, told):
        with pytest.raises(RuntimeError), transaction.atomic():
            told()
            raise RuntimeError("no")
        assert published == []

    def test_waits_for_no_broker(self, published, told, monkeypatch):
        asked, over = [], threading.Event()
        monkeypatch.setattr(current_app, "send_task", lambda *_, **__: (asked.append(1), over.wait(PATIENCE_SECONDS)))
        for _ in range(5):
            told()
        until(lambda: asked)
        # All five are told, and one thread waits for all of them.
        assert [each.name for each in threading.enumerate()].count("harness-waking") == 1
        over.set()

    @pytest.mark.parametrize("error", [OSError, RuntimeError], ids=str)
    def test_fails_nobody(self, published, told, monkeypatch, error):
        def refuse(*_, **__):
            raise error("no broker")

        monkeypatch.setattr(current_app, "send_task", refuse)
        told()

    def test_is_left_to_beat_where_nobody_is_told(self, published, told, say, settings):
        settings.HARNESS = settings.HARNESS | {"NOTICES": {}}
        told()
        waking.waking.publishing.join(PATIENCE_SECONDS)
        assert published == []
