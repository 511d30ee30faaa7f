"""What command, endpoint and metrics show of legacy code, and who is told of what should be dead."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness.metrics import retiring
from migration_harness.models import Notice
from migration_harness.rollout.notices.rising import tell_of
from migration_harness.tombstones.writing import Risen

from .parts import ENTRY, an_execution, covered, marked

pytestmark = pytest.mark.django_db


@pytest.fixture
def _executed():
    now = timezone.now()
    covered(now - timedelta(days=8), now)
    marked(now - timedelta(days=8), now)
    marked(now - timedelta(days=8), now, entry="shop.silent")
    an_execution(now, times=3)
    an_execution(now, times=5, purpose="shadow")


@pytest.mark.usefixtures("_executed")
class TestCommand:
    def test_names_entry_caller_and_path(self, harness):
        code, out, _ = harness("legacy", "executed")
        assert (code, [word in out for word in (ENTRY, "shop/pay.py:7 in pay", "scheduled", "not executed")]) == (
            0, [True] * 4,
        )  # fmt: skip

    def test_tells_programs_the_same(self, harness):
        _, out, _ = harness("legacy", "executed", "--json")
        found = json.loads(out)
        assert (found["answer"], {each["entry"]: each["life"] for each in found["entries"]}) == (
            "closed", {ENTRY: "executed", "shop.silent": "not executed"},
        )  # fmt: skip

    def test_looks_as_far_back_as_is_asked(self, harness):
        an_execution(timezone.now() - timedelta(days=20), entry="shop.silent")
        assert json.loads(harness("legacy", "executed", "--days", "30", "--json")[1])["answer"] == "closed"


def test_nothing_told_is_evidence_lost(harness):
    _, out, _ = harness("legacy", "executed")
    assert "evidence lost" in out.lower()


@pytest.mark.usefixtures("_executed")
def test_metrics_count_lives_and_purposes():
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in retiring.metrics()
        for sample in metric.samples
    }
    assert found == {
        ("harness_legacy_entries", "executed"): 1,
        ("harness_legacy_entries", "not executed"): 1,
        ("harness_legacy_entries", "evidence lost"): 0,
        ("harness_legacy_executions", "answer"): 3,
        ("harness_legacy_executions", "shadow"): 5,
        ("harness_legacy_executions", "replay"): 0,
        ("harness_legacy_executions", "harness"): 0,
    }


class TestNotice:
    def test_is_one_a_day_for_an_entry(self):
        risen = [
            Risen(entry=name, times=1, path="direct", caller="shop/pay.py:7 in pay", revision="x") for name in "ab"
        ]
        tell_of(risen)
        tell_of(risen)
        assert sorted(Notice.objects.values_list("kind", "subject")) == [("legacy_executed", name) for name in "ab"]
        assert "shop/pay.py:7 in pay" in Notice.objects.first().sentence
