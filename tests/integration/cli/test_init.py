"""``harness init``: a first plan."""

import runpy

import pytest

from migration_harness import checks, plan
from migration_harness.deciding.registry import seams
from tests.trial_flag import FLAG

from ..trial_seam import Trial

pytestmark = pytest.mark.django_db


class TestInit:
    @pytest.fixture
    def file(self, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(tmp_path)
        return tmp_path / "first_plan.py"

    @pytest.fixture(autouse=True)
    def asking(self, monkeypatch):
        monkeypatch.setattr(seams, "_by_name", {})
        Trial()

    def test_writes_a_plan_that_every_check_passes(self, harness, file, settings):
        code, out, _ = harness("init", str(file))
        assert (code, 'HARNESS = {"PLAN": "first_plan.PLAN"}' in out) == (0, True)
        settings.HARNESS = {"BACKGROUND": False, "PLAN": "first_plan.PLAN"}
        assert [each.id for each in (*checks.check_settings(), *checks.check_seams(), *checks.check_required())] == []
        assert list(plan.plan().seams.values()) == [FLAG]
        assert plan.plan().phase(1).flags[0].name == FLAG

    def test_says_what_each_line_is_for(self, harness, file):
        harness("init", str(file))
        assert file.read_text().count("# ") >= 6
        assert isinstance(runpy.run_path(str(file))["PLAN"], plan.Plan)

    def test_leaves_a_file_that_is_there(self, harness, file):
        file.write_text("mine")
        code, _, said = harness("init", str(file))
        assert (code, "is there already" in said, file.read_text()) == (1, True, "mine")
