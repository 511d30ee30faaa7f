"""Where deferred calls are compared: by a task of a queue of its own, by a command; and who learns of what waits."""

import json
import threading

import pytest
from celery import current_app

from migration_harness.checks import check_deferred
from migration_harness.log import recorder
from migration_harness.seams.deferred.waking import _waking
from migration_harness.seams.seam import Seam
from migration_harness.secret import Secret
from migration_harness.tasks import compare_deferred_calls
from tests.waiting import PATIENCE_SECONDS, until

from .trial import Deferred, kept, waiting

pytestmark = pytest.mark.django_db


class TestTask:
    def test_compares_what_waits(self):
        Deferred().call()
        compare_deferred_calls()
        assert ([each.verdict for each in kept()], waiting()) == (["match"], 0)


class TestWaking:
    @pytest.fixture
    def published(self, settings, monkeypatch):
        settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
        recorder.buffer._thread = threading.current_thread()
        sent = []
        monkeypatch.setattr(current_app, "send_task", lambda name, queue, **_: sent.append((name, queue)))
        yield sent
        if _waking.publishing is not None:
            _waking.publishing.join(PATIENCE_SECONDS)

    def test_comes_when_calls_have_become_rows(self, published):
        Deferred().call()
        assert published == []
        recorder.buffer.flush()
        until(lambda: published)
        assert published == [("migration_harness.deferred", "deferred")]

    def test_of_a_broker_that_is_down_costs_no_call(self, published, monkeypatch):
        def refuse(*_, **__):
            raise OSError("no broker")

        monkeypatch.setattr(current_app, "send_task", refuse)
        Deferred().call()
        recorder.buffer.flush()
        _waking.publishing.join(PATIENCE_SECONDS)
        assert waiting() == 1
        compare_deferred_calls()
        assert waiting() == 0


class TestCommand:
    def test_lists_what_waits(self, harness):
        trial = Deferred()
        trial.call()
        code, out, _ = harness("deferred", "--json")
        told = json.loads(out)
        assert (code, told["compared"]) == (0, None)
        assert [(each["seam"], each["waiting"], each["claimed"]) for each in told["waiting"]] == [
            ("trial.deferred", 1, 0)
        ]
        assert trial.ran == ["control"]

    def test_compares_what_waits(self, harness):
        Deferred().call()
        code, out, _ = harness("deferred", "--once")
        assert (code, out.splitlines()[0]) == (0, "1 call compared, 0 still wait.")
        assert waiting() == 0

    def test_says_that_nothing_waits(self, harness):
        assert harness("deferred")[1] == "No call waits.\n"


def key_of(*, account: str) -> Secret | None:
    return None


def takes_key(*, account: str, keys: list[Secret]) -> int:
    return 1


def price_of(*, account: str) -> int:
    return 1


class TestCheck:
    def declare(self, side, *, deferred=True):
        Seam(
            name="keys",
            flag="f",
            control=side,
            candidate=side,
            subject=lambda *, account, **_: account,
            deferred=deferred,
        )

    @pytest.mark.parametrize(("side", "where"), [(key_of, "result"), (takes_key, "argument keys")])
    def test_refuses_a_secret(self, side, where):
        self.declare(side)
        (found,) = check_deferred()
        assert found.id == "migration_harness.E047"
        assert found.msg == f"The seam keys is deferred, and by its annotations a secret is in its {where}."

    def test_says_nothing_of_others(self):
        self.declare(price_of)
        assert check_deferred() == []
        self.declare(key_of, deferred=False)
        assert check_deferred() == []
