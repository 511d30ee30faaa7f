"""This revision does what is recorded of the one before it: the set in ``data/``, of ``make record-operations``."""

from pathlib import Path

import pytest

from igny8_core.ai.functions import generate_images
from igny8_core.effects import OPERATIONS
from igny8_core.effects.typical import TYPICAL
from migration_harness.operations import verifying
from migration_harness.operations.file import OperationsFile

SET = Path(__file__).parents[2] / "data" / "operations.json"


@pytest.fixture(scope="module")
def recorded():
    return OperationsFile.read(SET)


class TestRecordedSet:
    def test_has_every_kind_and_every_end(self, recorded):
        assert {each.case.kind for each in recorded.carried} == set(OPERATIONS.world.reads)
        assert {each.case.operation_id for each in recorded.carried} == {f"typical {each.name}" for each in TYPICAL}

    def test_is_what_this_revision_does(self, recorded, db):
        found = verifying.verify(recorded)
        assert (found.differing, found.failed, found.is_the_same) == ([], [], True)

    def test_is_not_what_one_with_a_mistake_does(self, recorded, db, monkeypatch):
        monkeypatch.setattr(generate_images, "image_size", lambda **_: "1024x1024")
        found = verifying.verify(recorded)
        assert {each.kind for each in found.differing} == {"image_generation"}
