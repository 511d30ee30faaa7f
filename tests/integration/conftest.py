"""Fixtures of the tests that use the real database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from igny8_core.auth.models import Account
from igny8_core.business.billing import remembered
from migration_harness import queries, testing
from migration_harness.authority import actors, proving
from migration_harness.authority.actions import Permission
from migration_harness.authority.actors import Origin
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.registry import SeamRegistry
from migration_harness.deciding.stages import Side, Stage
from migration_harness.errors import reporter as errors
from migration_harness.models import Drift
from migration_harness.seams import declaring as seams_module
from migration_harness.stores.pair import pairs
from migration_harness.tombstones import reporter as tombstones
from tests.trial_flag import PLAN, create_trial_flag

from .errors.parts import TABLES as ERRORS
from .hushed import hushed  # noqa: F401  A fixture.
from .kept_demo import KeptDemo
from .reported import remove_committed
from .tombstones.parts import TABLES as TOMBSTONES
from .trial_seam import Trial as TrialSeam
from .trial_stores import FLAG, Trial, TrialStore


@pytest.fixture(autouse=True)
def _nothing_remembered():
    _forget()
    yield
    _forget()


def _forget():
    # Their threads write on connections of their own: what came after a test has emptied its tables would stay.
    began = [reporter.finish() for reporter in (errors, tombstones)]
    testing.forget()
    remembered.forget()
    if any(began):
        remove_committed(*ERRORS, *TOMBSTONES)


@pytest.fixture
def own_seams(monkeypatch):
    """Keep the seams that a test makes out of the registry of the process."""
    registry = SeamRegistry()
    monkeypatch.setattr(seams_module, "seams", registry)
    return registry


@pytest.fixture
def trial_stores(db, monkeypatch):
    """Make room for a trial's stores, and keep its seam and its stores out of the registries of the process."""
    monkeypatch.setattr(seams_module.seams, "_by_name", {})
    monkeypatch.setattr(pairs, "_by_seam", {})
    stores = [TrialStore(side) for side in Side]
    for store in stores:
        store.create()
    yield
    for store in stores:
        store.drop()


@pytest.fixture
def drifted(trial_stores):
    """A write that the candidate's store refused three hours ago."""
    trial = Trial(before={Side.CANDIDATE: RuntimeError("no")})
    with testing.fixed_flags(testing.flag_at(FLAG, Stage.SHADOW)):
        trial.write()
    Drift.objects.update(at=timezone.now() - timedelta(hours=3, minutes=5))
    return trial


@pytest.fixture(scope="session")
def kept_demo(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return KeptDemo()


@pytest.fixture
def demo(db, kept_demo):
    """The demo: twelve funded accounts, all flags at baseline shadow."""
    kept_demo.put()


@pytest.fixture
def trial_flag(demo):
    """The demo, and a flag that is in no plan."""
    create_trial_flag()


@pytest.fixture
def trial_plan(trial_flag, monkeypatch):
    """The demo, and a plan that has the trial's flag and nothing else."""
    monkeypatch.setattr("igny8_core.migration_plan.PLAN", PLAN)


@pytest.fixture
def selected(demo):
    """Everybody is on the flag that the credits' flag requires."""
    # @legacy begin model-selection
    change_flag(name="model-selection", change=FlagChange(everyone=True), actor="seed")
    # @legacy end


@pytest.fixture
def account(demo):
    return Account.objects.select_related("plan").order_by("pk").first()


@pytest.fixture
def harness(capsys):
    def run(*arguments):
        """Run a verb; returns exit code, standard output, and standard error without the progress bar."""
        code = 0
        try:
            call_command("harness", *arguments)
        except CommandError as end:
            code = end.returncode
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def approving(monkeypatch):
    """Whoever is at the prompt has a token by which they may approve, too."""
    machine = actors.of_machine()
    owner = replace(machine, origin=Origin.PROVEN, granted=machine.granted | {Permission.APPROVE})
    monkeypatch.setattr(proving, "token_owners", [lambda _token: owner])
    monkeypatch.setenv("HARNESS_TOKEN", "theirs")


@pytest.fixture
def trial(db, monkeypatch):
    """A seam of its own that differs in one field, alone in the registry."""
    monkeypatch.setattr(seams_module.seams, "_by_name", {})
    return TrialSeam()


@pytest.fixture
def difference(trial_flag, trial):
    """One discrepancy that nobody has looked at, of a trial's seam and flag."""
    trial.call()
    (found,) = queries.discrepancies()
    return found
