"""What was compared lately, and whether anything has happened since."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.log.folding import fold
from migration_harness.models import Rollout, RolloutStep
from migration_harness.rollout.status import under_way

FLAG = "model-based-credits"


def compare(*, verdict="match", signature=None, minutes_ago=0, control=10, candidate=3, run=""):
    """Write one comparison straight into the log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, account_id, account_plan, "
            "execution_path, group_by, verdict, signature, control_measure, candidate_measure, control_ns, "
            "candidate_ns, operation_id, request_id, run) VALUES "
            "(%s, 'credits.text', 1, 'shadow', '1', '1', 'direct', '{x}', %s, %s, %s, %s, 1, 1, '', '', %s)",
            [timezone.now() - timedelta(minutes=minutes_ago), verdict, signature, control, candidate, run],
        )


@pytest.mark.usefixtures("demo")
class TestMinutes:
    def test_are_sixty_with_this_one_last(self):
        now = timezone.now()
        found = queries.minutes_of_hour(now)
        assert [each.at for each in found[:1] + found[-1:]] == [
            now.replace(second=0, microsecond=0) - timedelta(minutes=59), now.replace(second=0, microsecond=0),
        ]  # fmt: skip
        assert (len(found), sum(each.right + each.wrong for each in found)) == (60, 0)

    @pytest.mark.parametrize("folded", [False, True], ids=["tail", "rollups"])
    def test_tell_right_from_wrong_with_their_credits(self, folded):
        compare()
        compare(verdict="intended", signature="a" * 12)
        compare(verdict="mismatch", signature="b" * 12, minutes_ago=3, control=7, candidate=5)
        compare(verdict="mismatch", signature="b" * 12, minutes_ago=90)
        compare(verdict="mismatch", signature="b" * 12, run="a replay")
        if folded:
            fold()
        found = queries.minutes_of_hour(timezone.now())
        assert (sum(each.right for each in found), sum(each.wrong for each in found)) == (2, 1)
        assert sum(each.control for each in found) == Decimal(27)
        assert sum(each.candidate for each in found) == Decimal(11)


@pytest.mark.usefixtures("demo")
class TestPulse:
    def test_is_the_same_while_nothing_happens(self):
        compare()
        before = queries.pulse()
        fold()
        assert queries.pulse() == before

    def test_is_another_one_after_a_comparison(self):
        before = queries.pulse()
        compare(verdict="mismatch", signature="b" * 12)
        assert queries.pulse() != before

    def test_is_another_one_after_a_change_of_a_flag(self):
        before = queries.pulse()
        change_flag(name=FLAG, change=FlagChange(share_bps=1), actor="ada")
        assert queries.pulse() != before

    def test_is_one_query(self):
        with CaptureQueriesContext(connection) as captured:
            queries.pulse()
        assert len(captured) == 1


@pytest.mark.usefixtures("demo")
class TestWaitingDiscrepancies:
    def test_are_those_of_all_that_need_a_review(self):
        compare(verdict="intended", signature="a" * 12)
        compare(verdict="mismatch", signature="b" * 12)
        for _ in range(2):
            compare(verdict="candidate_error", signature="c" * 12)
        waiting = queries.waiting_discrepancies()
        assert [each.signature[0] for each in waiting] == ["c", "b"]
        assert queries.needs_review(queries.discrepancies()) == len(waiting)


@pytest.mark.usefixtures("demo")
class TestUnderWay:
    def begin(self, flag):
        made = Rollout.objects.create(flag=flag, epoch=1, started_by="ada", started_at=timezone.now())
        for position, share in enumerate((100, 10_000)):
            RolloutStep.objects.create(rollout=made, position=position, share_bps=share, soak_seconds=60, sample=0)
        return made

    def test_says_what_comes_next(self):
        self.begin(FLAG)
        (found,) = under_way()
        assert (found.flag, found.state, found.step, found.steps) == (FLAG, "running", 0, 2)
        assert found.coming.startswith("1 % of the accounts, ")

    def test_costs_as_many_queries_for_many_as_for_one(self):
        self.begin(FLAG)
        counts = []
        for flag in ("model-selection", "integration-provider-keys"):
            with CaptureQueriesContext(connection) as captured:
                under_way()
            counts.append(len(captured))
            self.begin(flag)
        assert len(set(counts)) == 1

    def test_leaves_out_what_has_ended(self):
        made = self.begin(FLAG)
        Rollout.objects.filter(pk=made.pk).update(state="finished", ended_at=timezone.now(), ended_by="ada")
        assert under_way() == []
