"""A rollout that is walked by a clock which the test moves, and watched by guards which the test sets."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from migration_harness.models import Rollout
from migration_harness.rollout import clock, telling
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.ticking import tick

from .parts import FLAG, FakeGuard, Walk


@pytest.fixture
def day(settings):
    """A day of a minute."""
    settings.HARNESS = {**settings.HARNESS, "DAY_SECONDS": 60}


@pytest.fixture
def guards(monkeypatch):
    """The guards that watch: one that holds, until a test says otherwise."""
    watching = [FakeGuard("errors")]
    monkeypatch.setattr(chosen, "guards_for", lambda _flag: list(watching))
    monkeypatch.setattr(chosen, "dry_for", lambda _flag: frozenset())
    return watching


@pytest.fixture
def told(monkeypatch):
    """The notices, each as its change and sentence."""
    notices = []
    monkeypatch.setattr(
        telling, "tell", lambda *, sentence, details, **_: notices.append((details["change"], sentence))
    )
    return notices


@pytest.fixture
def frozen(monkeypatch):
    """A clock that stands still until it is moved; the database's goes with it."""
    with freeze_time(datetime.now(UTC).replace(microsecond=0)) as moved:
        monkeypatch.setattr(clock, "database_now", timezone.now)
        yield moved


@pytest.fixture
def walk(selected, day, guards, told, frozen):
    """Starts a rollout of the credits' flag, moves the clock and looks."""

    def look(seconds=10.0, times=1):
        for _ in range(times):
            frozen.tick(timedelta(seconds=seconds))
            tick()
        return Rollout.objects.filter(flag=FLAG).latest("id")

    return Walk(look)
