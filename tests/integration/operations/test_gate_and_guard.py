"""What laws say to a migration: a gate, and a guard of rollouts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from igny8_core.migration_plan import PLAN
from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing.reviews import review_discrepancy
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.gates.gate import GateQuestion, Way
from migration_harness.rollout.gates.laws import LawsHold
from migration_harness.rollout.guards.chosen import guards_for
from migration_harness.rollout.guards.guard import Reading, Watched
from migration_harness.rollout.guards.laws import Laws

from .test_laws import law, one_cluster

LAW = law(one_cluster, kinds=frozenset({"trial"}))


def asked(later=timedelta()):
    question = GateQuestion(
        phase=PLAN.phase(4),
        way=Way.ENTERING,
        now=timezone.now() + later,
        after=(),
        entered_at=None,
        facts=Facts(at=timezone.now() + later),
    )
    return LawsHold().answer(question)


def read(since=timedelta(minutes=1)):
    now = timezone.now()
    return Laws().read(Watched(flag="model-selection", since=now - since, now=now))


class TestGate:
    def test_is_unknown_while_nobody_looks(self, host):
        host.declares(LAW, share=0)
        assert asked().answer is Answer.UNKNOWN

    def test_is_unknown_without_an_operation_of_a_kind(self, host):
        host.declares(LAW)
        assert (asked().answer, "trial" in asked().sentence) == (Answer.UNKNOWN, True)

    def test_is_open_where_every_law_holds(self, host):
        host.declares(LAW)
        host.run()
        assert asked().answer is Answer.OPEN
        assert asked(later=timedelta(days=8)).answer is Answer.UNKNOWN

    def test_is_closed_by_a_broken_law_until_somebody_has_looked(self, host):
        host.declares(LAW)
        host.run(names=[])
        assert (asked().answer, "one_cluster" in asked().sentence) == (Answer.CLOSED, True)
        (found,) = queries.discrepancies()
        review_discrepancy(
            signature=found.signature, state=DiscrepancyReview.State.FIXED, actor="olga", reason="mended"
        )
        assert asked().answer is Answer.OPEN


class TestGuard:
    @pytest.mark.parametrize(
        ("names", "reading"), [(["Oak"], Reading.HOLDS), ([], Reading.BROKEN)], ids=["held", "broken"]
    )
    def test_says_what_the_recordings_say(self, host, names, reading):
        host.declares(LAW)
        host.run(names=names)
        assert read().reading is reading

    def test_has_no_data_without_a_recording_since_the_step(self, host):
        host.declares(LAW)
        host.run(names=[])
        assert read(since=timedelta(seconds=-1)).reading is Reading.NO_DATA

    @pytest.mark.parametrize(("share", "watches"), [(10_000, True), (0, False)])
    def test_watches_where_operations_are_recorded(self, host, share, watches):
        host.declares(LAW, share=share)
        assert ("laws" in {guard.name for guard in guards_for("model-selection")}) == watches
