"""Rollbacks while processes are stopped, killed, and in the middle of a charge."""

import os
import signal
from contextlib import suppress

import psutil
import pytest

from igny8_core.business.billing.models import CreditTransaction
from migration_harness import queries
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.deciding.clock import boot_ns
from migration_harness.deciding.leases import LEASE_SECONDS
from tests.acceptance.conftest import committed_demo, process, selected, until  # noqa: F401  The demo, committed.
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

FLAG = "model-based-credits"


def on(everyone):
    return rollback.change_flag(name=FLAG, change=FlagChange(everyone=everyone), actor="tester")


def back():
    return rollback.roll_back(names=[FLAG], actor="tester")


def pids(processes):
    return {p.pid for p in processes}


@pytest.fixture
def decider(nursery, tmp_path):
    """A process that decides a thousand times a second and writes down how."""
    lines = tmp_path / "decisions"
    with nursery.process("tests.race.charger", "decide", "d", str(lines), log=tmp_path / "decider.log") as started:
        until(lambda: lines.exists() and lines.stat().st_size > 0)
        yield started, lines
        with suppress(psutil.NoSuchProcess):
            started.send_signal(signal.SIGCONT)


def decisions_since(lines, at_ns):
    rows = [line.split() for line in lines.read_text().splitlines() if line.count(" ") == 1]
    return [answer == "1" for before_ns, answer in rows if int(before_ns) > at_ns]


class TestFleet:
    def test_lists_a_process_with_its_role_and_epoch(self, decider):
        started, _ = decider
        (member,) = [m for m in queries.fleet() if m.process.pid == started.pid]
        assert (member.process.role, member.behind, member.is_live) == ("command", 0, True)

    def test_obeys_a_forward_flip_and_a_rollback_and_says_so(self, decider):
        started, lines = decider
        forward = on(True)
        assert started.pid in pids(a.process for a in forward.proof.acknowledged)
        flipped_ns = boot_ns()
        until(lambda: len(decisions_since(lines, flipped_ns)) > 10)
        assert all(decisions_since(lines, flipped_ns))

        backward = back()
        assert started.pid in pids(a.process for a in backward.proof.acknowledged)
        returned_ns = boot_ns()
        until(lambda: len(decisions_since(lines, returned_ns)) > 10)
        assert not any(decisions_since(lines, returned_ns))
        assert (backward.proof.holds, backward.proof.fenced) == (True, ())


class TestStoppedProcess:
    def test_is_fenced_and_decides_nothing_by_the_old_epoch_when_it_goes_on(self, decider):
        started, lines = decider
        on(True)
        os.kill(started.pid, signal.SIGSTOP)
        proof = back().proof
        assert started.pid in pids(proof.fenced)
        assert proof.holds
        continued_ns = boot_ns()
        os.kill(started.pid, signal.SIGCONT)
        until(lambda: len(decisions_since(lines, continued_ns)) > 50)
        assert not any(decisions_since(lines, continued_ns))

    def test_that_was_killed_is_waited_for_no_longer_than_its_lease(self, decider):
        started, _ = decider
        on(True)
        started.kill()
        started.wait(PATIENCE_SECONDS)
        proof = back().proof
        assert started.pid in pids(proof.fenced)
        assert back().proof.fenced == ()

    def test_that_ended_in_an_orderly_way_is_not_waited_for(self, tmp_path):
        script = "import django; django.setup(); from migration_harness.deciding.source import decide; decide('x', 1)"
        with process("timeit", "-n1", "-r1", script, log=tmp_path / "log") as started:
            assert started.wait(PATIENCE_SECONDS) == 0
        assert started.pid not in pids(m.process for m in queries.fleet() if m.is_live)


class TestStoppedProcessInACharge:
    def test_is_named_and_its_charge_is_gone(self, tmp_path):
        on(True)
        held = tmp_path / "held"
        with process("tests.race.charger", "hold", "op:held", str(held), log=tmp_path / "holder.log") as started:
            until(held.exists)
            os.kill(started.pid, signal.SIGSTOP)
            proven = back()
            started.send_signal(signal.SIGCONT)
            assert started.wait(PATIENCE_SECONDS) == 1
        assert proven.proof.holds
        assert started.pid in pids(proven.proof.fenced)
        assert not CreditTransaction.objects.filter(operation_id="op:held").exists()


class TestProcessWithoutItsDatabase:
    def test_lets_the_control_answer_when_its_lease_has_run_out(self):
        from migration_harness.deciding.snapshot import Snapshot
        from migration_harness.deciding.stages import Stage
        from migration_harness.testing import flag_state

        live = flag_state("f", baseline=Stage.SHADOW, everyone=True)
        store = flag_state("s", stage=Stage.COMPLETE, everyone=True, has_store=True)
        fenced = Snapshot(epoch=1, flags={"f": live, "s": store}).fenced()
        assert (fenced.decide("f", 1).stage, fenced.decide("s", 1).stage) == (Stage.SHADOW, Stage.COMPLETE)

    def test_has_a_lease_that_is_longer_than_its_renewal(self):
        from migration_harness.deciding.leases import RENEW_SECONDS

        assert RENEW_SECONDS * 3 < LEASE_SECONDS


class TestRollbackOfSeveralFlags:
    def test_lets_a_refused_one_hold_up_none_of_the_others(self, monkeypatch):
        from migration_harness.control import flips
        from migration_harness.exceptions import LegacyStoreStale

        roll_back = flips.roll_back

        def refuse_the_keys(*, name, **options):
            if name == "integration-provider-keys":
                raise LegacyStoreStale("the legacy store is stale")
            return roll_back(name=name, **options)

        on(True)
        monkeypatch.setattr(flips, "roll_back", refuse_the_keys)
        proven = rollback.roll_back(names=["integration-provider-keys", FLAG], actor="tester")
        assert [flip.flag for flip in proven.flips] == [FLAG]
        assert proven.refused == (("integration-provider-keys", "the legacy store is stale"),)
        assert proven.proof.epoch == proven.flips[0].epoch
