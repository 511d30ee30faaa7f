"""Fixtures of the tests that ask the real gates."""

import pytest
from django.utils import timezone

from igny8_core.auth.models import User
from migration_harness.authority.actors import of_user
from migration_harness.control import gating
from migration_harness.models import PhaseAdvance, TestRun
from migration_harness.plan import plan
from migration_harness.rollout import gatekeeper
from migration_harness.rollout.gates import facts
from migration_harness.rollout.revision import Revision

HERE = Revision(name="f00d" * 10)
"""What runs here, as the tests have it: a tree that is being worked on is dirty."""


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
