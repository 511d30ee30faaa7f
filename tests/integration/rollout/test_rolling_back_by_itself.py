"""What is rolled back without a person, for what, how often, and what is told of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from freezegun import freeze_time
from structlog.testing import capture_logs

from migration_harness.authority.actors import HARNESS
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import LegacyStoreStale, ProofMissing
from migration_harness.models import AuditEvent, DiscrepancyReview, Flag, Notice
from migration_harness.plan import plan
from migration_harness.rollout.automatic import acting, due
from migration_harness.rollout.automatic.acting import Acting
from migration_harness.rollout.notices.lanes import deliver_all
from migration_harness.rollout.notices.rolled_back import GRACE_SECONDS, tell_what_was_not_told
from migration_harness.trail import audit

from ..evidence_rows import NOW, compared

pytestmark = pytest.mark.usefixtures("demo")

FLAG, REQUIRED = "model-based-credits", "model-selection"
WRONG = {"verdict": "mismatch"}


def change(name=FLAG, **fields):
    return change_flag(name=name, change=FlagChange(**fields), actor="tester")


@pytest.fixture
def answering():
    """The candidate answers everybody."""
    change(REQUIRED, everyone=True)
    change(everyone=True)


def found():
    return [each.flag for each in due.due(now=NOW)]


def rolled_back(**seen):
    return Acting().roll_back_due(now=NOW)


def events():
    return list(AuditEvent.objects.filter(subject=FLAG, action="roll back").order_by("id"))


class TestIsDue:
    @pytest.mark.parametrize("verdict", ["mismatch", "candidate_error", "timeout", "blocked"])
    @pytest.mark.parametrize("seam", ["credits.text", "credits.image"])
    def test_where_a_money_seam_finds_the_candidate_wrong(self, answering, seam, verdict):
        compared(1, seam=seam, verdict=verdict)
        assert found() == [FLAG]

    @pytest.mark.parametrize(
        "cohort",
        [{"everyone": True}, {"share_bps": 1}, {"account_id": "1", "membership": "on"}],
        ids=["everyone", "a share", "a pilot"],
    )
    def test_where_the_candidate_answers_somebody(self, cohort):
        change(REQUIRED, everyone=True)
        change(**cohort)
        compared(1, **WRONG)
        assert found() == [FLAG]

    def test_for_the_first_of_many_once(self, answering):
        compared(3, seam="credits.image", verdict="timeout", at=NOW - timedelta(minutes=1))
        compared(5, **WRONG)
        (only,) = due.due(now=NOW)
        assert (only.flag, only.seam, only.verdict) == (FLAG, "credits.image", "timeout")
        assert only.epoch == Flag.objects.get(name=FLAG).epoch

    @pytest.mark.parametrize("state", ["acknowledged", "fixed"])
    def test_again_for_a_new_comparison_of_what_a_person_has_looked_at(self, answering, state):
        DiscrepancyReview.objects.create(signature="0123456789ab", state=state, actor="ada", at=NOW, reason="seen")
        compared(1, **WRONG)
        assert found() == [FLAG]


class TestIsNotDue:
    @pytest.mark.parametrize("verdict", ["match", "intended", "control_error", "both_error"])
    def test_for_what_says_nothing_against_the_candidate(self, answering, verdict):
        compared(1, verdict=verdict)
        assert found() == []

    @pytest.mark.parametrize(
        "kept_apart", [{"run": "last-month"}, {"path": "replay"}, {"run": "r", "path": "replay"}], ids=str
    )
    def test_for_a_replay(self, answering, kept_apart):
        compared(1, **WRONG, **kept_apart)
        assert found() == []

    def test_for_a_seam_that_moves_no_money(self, answering):
        compared(1, seam="models.default", **WRONG)
        assert found() == []

    def test_while_nobody_is_live(self):
        change(REQUIRED, everyone=True)
        compared(1, **WRONG)
        assert found() == []

    @pytest.mark.parametrize(
        "cohort",
        [
            {FLAG: {"account_id": "1", "membership": "off"}, REQUIRED: {"everyone": True}},
            {FLAG: {"everyone": True}},
            {FLAG: {"everyone": True}, REQUIRED: {"everyone": False}},
            {FLAG: {"everyone": False}, REQUIRED: {"everyone": True}},
        ],
        ids=[
            "one is excluded",
            "what it requires has nobody",
            "what it requires was rolled back",
            "it was rolled back",
        ],
    )
    def test_where_the_candidate_answers_nobody(self, cohort):
        for name, fields in cohort.items():
            change(name, **fields)
        compared(1, **WRONG)
        assert found() == []

    @pytest.mark.parametrize(
        "later",
        [{"share_bps": 100}, {"stage": Stage.RAMPDOWN}, {"account_id": "2", "membership": "off"}],
        ids=["a share", "a stage", "a member"],
    )
    def test_for_what_was_found_before_the_flag_last_changed(self, answering, later):
        compared(1, **WRONG)
        change(**later)
        assert found() == []

    def test_for_what_nobody_acted_on_for_a_day(self, answering):
        compared(1, **WRONG, at=NOW - due.LOOK_BACK - timedelta(seconds=1))
        assert found() == []

    def test_where_the_plan_leaves_it_to_people(self, answering, monkeypatch):
        ours = plan()
        phases = tuple(
            replace(phase, flags=tuple(replace(flag, rolls_back_itself=False) for flag in phase.flags))
            for phase in ours.phases
        )
        monkeypatch.setattr(due, "plan", lambda: replace(ours, phases=phases))
        compared(1, **WRONG)
        assert found() == []


class TestRollingBack:
    def test_is_on_the_trail_with_who_and_why(self, answering):
        compared(1, **WRONG)
        assert rolled_back() == (FLAG,)
        (event,) = events()
        assert Flag.objects.get(name=FLAG).everyone is False
        assert (event.actor, event.before, event.after) == ("harness", {"everyone": True}, {"everyone": False})
        assert "credits.text found an unexplained mismatch (discrepancy 0123456789ab) on account 1" in event.reason
        assert event.evidence["because"]["signature"] == "0123456789ab"
        assert audit.verify() == AuditEvent.objects.count()
        assert event.evidence["epoch"] == Flag.objects.get(name=FLAG).epoch

    def test_is_done_once_however_many_processes_see_it(self, answering):
        compared(10, **WRONG)
        seen = due.due(now=NOW)
        assert [acting.roll_back_by_itself(each) for each in seen * 10] == [True, *[False] * 9]
        assert len(events()) == 1
        assert [each.subject for each in told()] == [FLAG]

    def test_lets_a_person_return_the_flag(self, answering):
        compared(1, **WRONG)
        seen = due.due(now=NOW)
        rolled_back()
        change(everyone=None)
        change(everyone=True)
        assert (rolled_back(), found()) == ((), [])
        # A process that stood still all the while.
        assert not acting.roll_back_by_itself(seen[0])
        assert Flag.objects.get(name=FLAG).everyone is True

    def test_comes_again_with_the_next_comparison(self, answering):
        compared(1, **WRONG)
        rolled_back()
        change(everyone=True)
        compared(1, **WRONG)
        assert rolled_back() == (FLAG,)
        assert len(events()) == 2

    def test_moves_nothing_else(self, answering):
        compared(1, **WRONG)
        rolled_back()
        assert Flag.objects.get(name=REQUIRED).everyone is True

    def test_is_told_with_its_proof_and_the_way_forward(self, answering):
        compared(1, **WRONG)
        with capture_logs() as logs:
            rolled_back()
        (said,) = told()
        assert said.kind == "rolled_back"
        assert "processes acknowledged" in said.sentence
        assert "harness flag model-based-credits --everyone unset" in said.sentence
        (line,) = [each for each in logs if each["event"] == "harness.rolled_back_by_itself"]
        assert (line["flag"], line["signature"], line["log_level"]) == (FLAG, "0123456789ab", "warning")

    def test_is_told_where_nobody_can_be_asked_who_obeys(self, answering, monkeypatch):
        made = rollback.roll_back

        def unproven(**fields):
            made(**fields)
            raise ProofMissing("Nobody could be asked.")

        monkeypatch.setattr(rollback, "roll_back", unproven)
        compared(1, **WRONG)
        assert rolled_back() == (FLAG,)
        assert "Nobody could be asked." in told()[0].sentence

    def test_is_tried_again_after_a_pause_where_it_is_refused(self, answering, monkeypatch):
        tries = []

        def refused(**fields):
            tries.append(fields["names"])
            raise LegacyStoreStale("The store lacks 3 keys.")

        monkeypatch.setattr(rollback, "roll_back", refused)
        compared(1, **WRONG)
        clock = iter([0.0, 0.0, 0.5, 1.0, 1.0, 2.9, 3.0, 3.0])
        ours = Acting(clock=lambda: next(clock))
        with capture_logs() as logs:
            outcomes = [ours.roll_back_due(now=NOW) for _ in range(5)]
        assert outcomes == [()] * 5
        assert tries == [[FLAG]] * 3
        said = [each for each in logs if each["event"] == "harness.rollback_by_itself_failed"]
        assert [each["why"] for each in said] == ["LegacyStoreStale: The store lacks 3 keys."] * 3


class TestUntold:
    """Whoever rolled back was killed before they told anybody."""

    @pytest.fixture
    def killed(self, answering, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(acting, "_tell", lambda *_: None)
            compared(1, **WRONG)
            assert rolled_back() == (FLAG,)
        assert told() == []

    def later(self, seconds=GRACE_SECONDS + 1):
        return timezone.now() + timedelta(seconds=seconds)

    def test_is_found_on_the_trail_and_told_once(self, killed):
        for _ in range(3):
            tell_what_was_not_told(now=self.later())
        (said,) = told()
        assert (said.kind, said.subject, said.details["signature"]) == ("rolled_back", FLAG, "0123456789ab")
        assert "found an unexplained mismatch" in said.sentence
        assert "Nobody has told who obeys: python manage.py harness fleet." in said.sentence

    def test_is_left_for_a_while_to_whoever_rolled_back(self, killed):
        tell_what_was_not_told(now=self.later(GRACE_SECONDS - 1))
        assert told() == []

    def test_is_not_told_where_the_notice_would_have_been_removed(self, killed):
        tell_what_was_not_told(now=self.later(91 * 86_400))
        assert told() == []

    def test_was_told_already_where_it_was_told_at_once(self, answering):
        compared(1, **WRONG)
        rolled_back()
        before = [each.sentence for each in told()]
        tell_what_was_not_told(now=self.later())
        assert [each.sentence for each in told()] == before

    def test_is_told_by_whoever_delivers_where_it_could_not_be_put_down(self, answering, monkeypatch):
        def refused(**_):
            raise OperationalError("no room")

        compared(1, **WRONG)
        with capture_logs() as logs, monkeypatch.context() as patch:
            patch.setattr(acting, "tell_at_once", refused)
            assert rolled_back() == (FLAG,)
        assert [each["flag"] for each in logs if each["event"] == "harness.notice_delayed"] == [FLAG]
        with freeze_time(self.later()):
            deliver_all()
        assert len(told()) == 1

    def test_is_of_no_flag_that_came_along(self, answering):
        """What required it is in the sentence of the flag that was found wrong."""
        change("dynamic-model-choices", everyone=True)
        compared(1, **WRONG)
        rolled_back()
        tell_what_was_not_told(now=self.later())
        assert [each.subject for each in told()] == [FLAG]

    def test_by_a_person_is_no_notice(self, answering):
        rollback.roll_back(names=[FLAG], actor="ada", reason="seen")
        tell_what_was_not_told(now=self.later())
        assert told() == []


def told():
    """The notices that were put down."""
    return list(Notice.objects.order_by("id"))


def test_the_harness_may_not_approve():
    assert not HARNESS.is_superuser
    assert {each.rsplit(".", 1)[-1] for each in HARNESS.granted} == {"look", "operate"}
