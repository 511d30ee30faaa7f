"""A forked child has a lease and a buffer of its own: what it compared is written, and its parent loses nothing."""

import os
import subprocess
import sys
from collections import Counter

import pytest
from django.db.models import Count

from migration_harness.deciding import endings
from migration_harness.deciding.leases import Lease as HeldLease
from migration_harness.models import Comparison, Lease
from tests.acceptance.conftest import ROOT, committed_demo, environment_of_a_process, until  # noqa: F401

from .forked_parts import CHILD, COMPARED, PARENT
from .nursery import Nursery

pytestmark = pytest.mark.usefixtures("committed_demo")

FORKED = {
    "ends by os._exit": ("fork", "_exit", COMPARED),
    "ends by sys.exit": ("fork", "sys.exit", COMPARED),
    "raises": ("fork", "raise", COMPARED),
    "becomes another program": ("fork", "exec", COMPARED),
    "fails to become one": ("fork", "no exec", COMPARED + 1),
    "compares nothing": ("fork", "idle", 0),
    "has used its parent's connection": ("fork", "in a transaction", COMPARED),
    "forks": ("fork", "nested", 2 * COMPARED),
    "was forked in a thread": ("thread", "_exit", COMPARED),
    "was forked in a thread and returns": ("thread", "return", COMPARED),
    "was forked in a flush": ("flush", "_exit", COMPARED),
    "was forked in a flush and ends by sys.exit": ("flush", "sys.exit", COMPARED),
    "is of multiprocessing": ("multiprocessing", "fork", COMPARED),
    "is of multiprocessing, spawned": ("multiprocessing", "spawn", COMPARED),
    "is of a fork server": ("multiprocessing", "forkserver", COMPARED),
    "is of a pool": ("executor", "", COMPARED),
}


@pytest.fixture(scope="module")
def nursery(committed_demo, tmp_path_factory):  # noqa: F811  The fixture, not the import.
    log = tmp_path_factory.mktemp("nursery") / "log"
    made = Nursery(environment_of_a_process(), log)
    yield made
    made.end()


@pytest.fixture
def written():
    """Tells how many comparisons of the parent and of its children were written since the test began."""

    def count():
        found = Comparison.objects.filter(seam="million", account_id__in=[CHILD, PARENT])
        return Counter(dict(found.values_list("account_id").annotate(Count("id")).order_by()))

    before = count()
    return lambda: count() - before


class TestForkedChild:
    @pytest.mark.parametrize("which", FORKED)
    def test_that(self, nursery, written, tmp_path, which):
        how, ending, children = FORKED[which]
        log = tmp_path / "said"
        code = nursery.ran("tests.race.forking", how, ending, log=log)
        said = log.read_text()
        # Whatever the child has said of its end comes before.
        assert (code, said.splitlines()[-1:]) == (0, ["held"]), said
        assert written() == Counter({PARENT: COMPARED + 1, CHILD: children})

    def test_of_a_process_that_nobody_has_forked_leaves_no_lease_behind(self, written):
        before = set(Lease.objects.values_list("pk", flat=True))
        ended = subprocess.run(
            [sys.executable, "-m", "tests.race.forking", "fork", "_exit"],
            cwd=ROOT, env=environment_of_a_process(), capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        assert ended.stdout.split() == ["held"]
        assert written() == Counter({PARENT: COMPARED + 1, CHILD: COMPARED})
        assert set(Lease.objects.values_list("pk", flat=True)) - before == set()


class TestLeaseOfAParent:
    def test_is_not_given_back_by_a_child_that_has_come_by_it(self, monkeypatch):
        from migration_harness.deciding.processes import this_process

        lease = HeldLease(this_process())
        try:
            with monkeypatch.context() as in_child:
                in_child.setattr(os, "getpid", lambda: -1)
                lease.release()
            assert Lease.objects.filter(pk=lease._id).exists()
            lease.release()
            assert not Lease.objects.filter(pk=lease._id).exists()
        finally:
            lease.close()


class TestEndings:
    def test_do_everything_whatever_one_of_them_raises(self, monkeypatch):
        did = []

        def broken():
            raise RuntimeError

        monkeypatch.setattr(endings, "_acts", [broken, lambda: did.append("last")])
        endings.leave()
        assert did == ["last"]
