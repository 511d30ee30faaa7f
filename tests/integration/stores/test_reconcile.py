"""Two stores are made equal again."""

import json
import threading

import pytest
from django.db import connection

from igny8_core.embedded.processes import wait_until
from migration_harness.deciding.stages import Side, Stage
from migration_harness.seams.write_seam import WriteSeam
from migration_harness.stores.pair import pairs, stores_equal
from migration_harness.stores.reconcile import reconcile
from migration_harness.testing import fixed_flags, flag_at
from tests.waiting import PATIENCE_SECONDS, somebody_waits_for_a_lock

from ..trial_stores import FLAG, SEAM, Trial
from .drifting import drifted, left, refuse

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(trial_stores):
    return Trial()


class TestReconcile:
    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE], ids=["to the candidate", "to the control"])
    def test_copies_from_the_side_that_answered(self, trial, stage):
        for store in (trial.control, trial.candidate):
            store.write("k", "old")
        drifted(trial, stage)
        assert not stores_equal(FLAG)
        found = reconcile()
        assert (found.repaired, found.failed, left()) == (1, (), [])
        assert trial.values == ({"k": "new"}, {"k": "new"})

    def test_removes_what_the_authoritative_write_removed(self, trial):
        for store in (trial.control, trial.candidate):
            store.write("k", "old")
        drifted(trial, Stage.SHADOW, value=None)
        reconcile()
        assert trial.values == ({}, {})

    def test_does_nothing_the_second_time(self, trial):
        drifted(trial, Stage.SHADOW)
        reconcile()
        assert reconcile().repaired == 0

    def test_keeps_what_it_cannot_repair_and_goes_on(self, trial, monkeypatch):
        drifted(trial, Stage.SHADOW, key="bad")
        drifted(trial, Stage.SHADOW, key="good")
        write = trial.candidate.write
        monkeypatch.setattr(trial.candidate, "write", lambda key, v: refuse() if key == "bad" else write(key, v))
        progress = []
        found = reconcile(on_progress=lambda *of: progress.append(of))
        assert (found.repaired, [(each.key, each.attempts) for each in found.failed]) == (1, [("bad", 2)])
        assert left() == [("bad", 2, "Refused")]
        assert progress == [(1, 2), (2, 2)]

    def test_keeps_a_copy_that_is_another_value(self, trial, monkeypatch):
        drifted(trial, Stage.SHADOW)
        write = trial.candidate.write
        monkeypatch.setattr(trial.candidate, "write", lambda key, v: write(key, v.upper()))
        reconcile()
        assert left() == [("k", 2, "CopyDiffers")]
        assert trial.values == ({"k": "new"}, {})

    def test_keeps_what_no_declared_store_has(self, trial, monkeypatch):
        drifted(trial, Stage.SHADOW)
        monkeypatch.setattr(pairs, "_by_seam", {})
        reconcile()
        assert left() == [("k", 2, "NoStorePair")]

    def test_between_the_two_writes_of_a_call_does_the_second_one(self, trial, monkeypatch):
        second = WriteSeam._write_other

        def reconcile_first(*args):
            assert reconcile().repaired == 1
            second(*args)

        monkeypatch.setattr(WriteSeam, "_write_other", reconcile_first)
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            trial.write()
        assert (trial.wrote, trial.values, left()) == (["control"], ({"k": "new"}, {"k": "new"}), [])


@pytest.mark.django_db(transaction=True)
class TestReconcileBesideAWriter:
    def test_waits_for_the_key(self, trial):
        found, waited = [], []

        def reconcile_beside():
            found.append(reconcile())
            connection.close()

        def hold_up(*_):
            beside.start()
            waited.append(wait_until(somebody_waits_for_a_lock, wait_seconds=PATIENCE_SECONDS))

        beside = threading.Thread(target=reconcile_beside)
        trial.before = {Side.CANDIDATE: hold_up}
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            trial.write()
        beside.join()
        assert waited == [True]
        assert (found[0].failed, trial.wrote, left()) == ((), ["control", "candidate"], [])


class TestCommands:
    def test_reconcile_says_what_was_repaired(self, trial, harness):
        drifted(trial, Stage.SHADOW)
        assert "1 drifted keys repaired" in harness("reconcile")[1]
        code, out, _ = harness("reconcile", "--json")
        assert (code, json.loads(out)) == (0, {"repaired": 0, "failed": []})

    def test_reconcile_fails_naming_what_is_left(self, trial, harness, monkeypatch):
        drifted(trial, Stage.SHADOW, key="openai")
        monkeypatch.setattr(trial.candidate, "write", refuse)
        code, out, _ = harness("reconcile")
        assert (code, "openai" in out, "Refused" in out) == (1, True, True)
        found = json.loads(harness("reconcile", "--json")[1])
        assert found["failed"] == [{"seam": SEAM, "key": "openai", "attempts": 3, "error": "Refused"}]
