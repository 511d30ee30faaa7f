"""Fixtures of tests that ask the real gates or read evidence, and of those about notices: who is told, a receiver."""

import pytest
from django.db import connection
from django.utils import timezone

from igny8_core.auth.models import User
from migration_harness.authority.actors import of_user
from migration_harness.control import gating
from migration_harness.models import NoticeDelivery, PhaseAdvance, TestRun
from migration_harness.plan import plan
from migration_harness.rollout import gatekeeper
from migration_harness.rollout.gates import facts
from migration_harness.rollout.notices import lanes
from migration_harness.rollout.notices.outbox import NoticeKind, tell
from migration_harness.rollout.revision import Revision
from tests.receiver import SECRET, Receiver
from tests.trial_flag import FLAG

HERE = Revision(name="f00d" * 10)
"""What runs here, as the tests have it: a tree that is being worked on is dirty."""


@pytest.fixture(params=[False, True], ids=["in the tail", "in the rollups"])
def read_from(request):
    """A function that moves comparisons to where they are read from."""
    return _fold if request.param else lambda: None


def _fold():
    """Fold what this transaction has written: nobody else may do that before it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO migration_harness_foldstate (id, watermark, at) "
            "SELECT 1, (migration_harness_turn()::text::bigint + 1), now() ON CONFLICT (id) DO UPDATE "
            "SET watermark = excluded.watermark RETURNING watermark"
        )
        (after,) = cursor.fetchone()
        cursor.execute("SELECT migration_harness_fold_slice(%s::text::xid8, %s::text::xid8)", [after - 1, after])


@pytest.fixture
def real_gates(monkeypatch):
    """The gatekeeper of the plan answers, as in production."""
    monkeypatch.setattr(gating, "_gatekeepers", [gatekeeper.admission])


@pytest.fixture
def revision_here(monkeypatch):
    monkeypatch.setattr(facts, "running_revision", lambda: HERE)
    return HERE


@pytest.fixture
def superuser(db):
    return of_user(User.objects.create_superuser("root", password="x"))


def close_phases_before(number):
    """Have every phase before this one closed."""
    for phase in plan().phases:
        if phase.number < number:
            PhaseAdvance.objects.create(phase=phase.number, at=timezone.now(), actor="test")


def green(phase, **changed):
    """Record a run of the tests after a phase, all green on the revision here."""
    row = {
        "phase": phase, "revision": HERE.name, "dirty": False, "tests": 12_000, "failed": 0, "exit_code": 0,
        "source": "make test", "actor": "test", "at": timezone.now(), "seconds": 900.0,
    } | changed  # fmt: skip
    return TestRun.objects.create(**row)


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def say(settings):
    """Say in the settings who is told."""

    def say(**notices):
        settings.HARNESS = settings.HARNESS | {"NOTICES": {"secret": SECRET, "timeout_seconds": 1, **notices}}

    return say


@pytest.fixture
def by_webhook(db, receiver, say):
    """Whoever is told is told by the receiver."""
    say(url=receiver.url)
    return receiver


@pytest.fixture
def told():
    """Tell something; returns nothing."""

    def told(subject=FLAG, sentence="It was rolled back.", kind=NoticeKind.ROLLED_BACK, **details):
        tell(kind=kind, subject=subject, sentence=sentence, details=details)

    return told


def later():
    """Let the pauses between attempts be over."""
    NoticeDelivery.objects.filter(state="waiting").update(next_at="2020-01-01T00:00Z")


def beat():
    """Do what beat has a worker do, after the pauses."""
    later()
    lanes.deliver_all()


def deliveries():
    rows = NoticeDelivery.objects.order_by("id").values_list("channel", "target", "state", "attempts")
    return list(rows)
