"""A process that is killed between the two writes leaves a trace, and the trace is enough to repair."""

import signal

import pytest
from django.db import connection

from migration_harness.deciding.stages import Side, Stage
from migration_harness.models import Drift
from migration_harness.stores.pair import pairs
from migration_harness.stores.reconcile import reconcile
from tests.integration.trial_stores import SEAM, Trial, TrialStore
from tests.waiting import PATIENCE_SECONDS

from .conftest import process

pytestmark = pytest.mark.usefixtures("committed_demo")


@pytest.fixture
def trial(monkeypatch, django_db_blocker):
    from migration_harness.deciding.registry import seams

    monkeypatch.setattr(seams, "_by_name", {})
    monkeypatch.setattr(pairs, "_by_seam", {})
    stores = [TrialStore(side) for side in Side]
    with django_db_blocker.unblock():
        for store in stores:
            store.create()
        yield Trial()
        for store in stores:
            store.drop()
        connection.close()


class TestKilledProcess:
    @pytest.mark.parametrize(("stage", "authoritative"), [(Stage.SHADOW, "control"), (Stage.RAMPDOWN, "candidate")])
    def test_leaves_the_authoritative_write_with_its_trace(self, trial, tmp_path, stage, authoritative):
        log = tmp_path / "writer.log"
        with process("tests.acceptance.killed_write", stage.value, log=log) as started:
            assert started.wait(PATIENCE_SECONDS) == -signal.SIGKILL, log.read_text()[-2_000:]
        first, second = (
            (trial.control, trial.candidate) if authoritative == "control" else (trial.candidate, trial.control)
        )
        assert (first.contents(), second.contents()) == ({"k": "new"}, {})
        assert list(Drift.objects.values_list("seam", "key", "authoritative")) == [(SEAM, "k", authoritative)]

        assert reconcile().repaired == 1
        assert trial.values == ({"k": "new"}, {"k": "new"})
        assert not Drift.objects.exists()
