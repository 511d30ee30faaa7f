"""The recorded set, and what is found in it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from migration_harness.operations import verifying
from migration_harness.operations.file import OperationsFile

from .faults import COMPARISON, LAW, VERIFY
from .planting import ROOT

# A tree of its own for each is for the long form: each takes a minute.
collect_ignore = [] if os.environ.get("SOAK") == "1" else ["test_on_trees.py"]

FIRST_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What ``verify`` says: the ways that found something, and the first lines of each group."""

    found_by: frozenset[str]
    lines: tuple[str, ...]


@pytest.fixture(scope="session")
def recorded():
    """The recorded set of the repository."""
    return OperationsFile.read(ROOT / "data" / "operations.json")


@pytest.fixture
def find(recorded, db):
    """Verify some operations of the recorded set, by their names, and return the finding."""

    def find(names: Iterable[str]) -> Finding:
        wanted = {f"typical {name}" for name in names}
        carried = tuple(each for each in recorded.carried if each.case.operation_id in wanted)
        assert len(carried) == len(wanted)
        found = verifying.verify(replace(recorded, carried=carried))
        assert (found.failed, found.ran) == ([], len(carried))
        paths = [apart.path for each in found.differing for apart in each.differences]
        lines = [
            line
            for each in found.differing
            for line in [
                f"{each.kind} raised at {each.raised}",
                *(f"{d.path} {d.kind} {d.control} {d.candidate}" for d in each.differences[:FIRST_LINES]),
            ]
        ]
        return Finding(found_by=frozenset(map(_way, paths)), lines=tuple(lines))

    return find


def _way(path: str) -> str:
    if path.startswith("effects.compared"):
        return COMPARISON
    return LAW if path.startswith("effects.laws") else VERIFY
