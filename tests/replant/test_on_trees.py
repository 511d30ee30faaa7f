"""The same patches in a tree of their own, tried by the command as somebody who deploys would.

A part of ``make soak`` alone, which sets SOAK=1; it prints how long each took.
"""

import json
import subprocess
import sys
from time import monotonic

import pytest

from rehearsal.tree import copy_tree
from tests.acceptance.conftest import environment_of_a_process

from .faults import FAULTS
from .planting import apply


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of this tree."""
    copy = tmp_path_factory.mktemp("replanted") / "tree"
    copy_tree(copy)
    return copy


@pytest.fixture
def verify(tree, db):
    """Run the command in the tree; returns its exit code and what it says."""

    def verify():
        words = ("manage.py", "harness", "operations", "verify", "data/operations.json", "--json")
        environment = environment_of_a_process() | {"PYTHONPATH": str(tree)}
        began = monotonic()
        done = subprocess.run([sys.executable, *words], cwd=tree, env=environment, capture_output=True, check=False)
        print(f"{monotonic() - began:.0f} s")  # noqa: T201  The figures are what a soak is for.
        assert done.returncode in (0, 1), done.stderr.decode()[-4_000:]
        return done.returncode, json.loads(done.stdout)

    return verify


class TestRevision:
    def test_as_it_is_does_what_was_recorded_each_time(self, verify):
        for code, said in [verify() for _ in range(2)]:
            assert (code, said["differing"], said["failed"]) == (0, [], [])

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
    def test_with_a_mistake_is_named_by_what_was_planted(self, tree, verify, fault):
        apply(fault.name, tree)
        try:
            code, said = verify()
        finally:
            apply(fault.name, tree, "--reverse")
        told = json.dumps(said["differing"], ensure_ascii=False).replace('\\"', '"')
        assert (code, said["failed"]) == (1, [])
        words = [word for word in fault.words if not word.startswith("rows.") and word != "quality basic"]
        assert [word for word in words if word not in told] == []
