"""A change forward is refused while gates are closed, wherever it is asked; a change backward never is."""

import json
import re

import pytest

from igny8_core.auth.models import Account, User
from migration_harness.control import gating, outside_plan
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import FlipHeldUp, GateClosed, InvalidChange, NotAllowed
from migration_harness.models import AuditEvent, Flag, OutsidePlan
from migration_harness.rollout import way_forward
from migration_harness.trail import audit

from ..console.browser import confirm, flag_page, words
from .conftest import close_phases_before, green

CREDITS, SELECTION, ENDPOINT, CHOICES = (
    "model-based-credits", "model-selection", "ai-models-endpoint", "dynamic-model-choices",
)  # fmt: skip
API = "/api/v1/migration/"
pytestmark = pytest.mark.usefixtures("demo", "real_gates")

FORWARD = {
    "everyone": ({}, {"everyone": True}),
    "a share": ({}, {"share_bps": 100}),
    "a harder way back": ({}, {"stage": Stage.COMPLETE}),
    "an account that was excluded": (
        {"account_id": "7", "membership": "off", "share_bps": 10_000}, {"account_id": "7", "membership": "inherit"},
    ),
    "the way back from a rollback": ({"share_bps": 100, "everyone": False}, {"everyone": None}),
}  # fmt: skip
BACKWARD = {
    "nobody": ({"everyone": True}, {"everyone": False}),
    "a smaller share": ({"share_bps": 10_000}, {"share_bps": 1}),
    "an easier way back": ({"stage": Stage.COMPLETE}, {"stage": Stage.LIVE}),
    "an account is excluded": ({"everyone": True}, {"account_id": "7", "membership": "off"}),
    "nothing compared": ({}, {"baseline": Stage.OFF}),
}


def put(name=SELECTION, **change):
    """Change a flag as if the gates were open."""
    asked = gating._gatekeepers[:]
    gating.answer_by(lambda _: gating.Admission())
    try:
        change_flag(name=name, change=FlagChange(**change), actor="test")
    finally:
        gating._gatekeepers[:] = asked


def move(name=SELECTION, **change):
    return change_flag(name=name, change=FlagChange(**change), actor="bob")


def state(name=SELECTION):
    flag = Flag.objects.get(name=name)
    return flag.epoch, flag.everyone, flag.share_bps, flag.stage, flag.members.count()


@pytest.fixture
def operator(client):
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


class TestRefusal:
    def test_says_of_the_command_how_to_pass_and_of_nothing_else(self, harness):
        code, _, err = harness("flag", SELECTION, "--share", "5")
        assert (code, "A superuser may pass with --override and a reason." in " ".join(err.split())) == (3, True)
        with pytest.raises(GateClosed) as refused:
            move(share_bps=500)
        assert "override" not in str(refused.value)

    def test_has_each_reason_by_itself(self):
        with pytest.raises(GateClosed) as refused:
            move(share_bps=500)
        found = {each.sentence.split(":")[0]: each for each in refused.value.refused}
        assert found["Gate tests is unknown"].phase == 4
        assert found["Gate forecast is unknown"].evidence == "/migration/forecast/"

    def test_is_known_before_anybody_tries(self):
        asked = way_forward.refusals_of(SELECTION, FlagChange(share_bps=500))
        with pytest.raises(GateClosed) as refused:
            move(share_bps=500)
        assert asked == refused.value.refused
        assert way_forward.refusals_of(SELECTION, FlagChange(share_bps=0)) == ()
        assert way_forward.refusals_of(SELECTION, FlagChange(account_id="1", membership="on")) == ()


class TestChangeForward:
    @pytest.mark.parametrize(("before", "change"), FORWARD.values(), ids=FORWARD)
    def test_is_refused_while_a_gate_is_closed_and_changes_nothing(self, before, change):
        put(**before)
        was = state()
        with pytest.raises(GateClosed, match=r"model-selection: nothing was changed.*Gate tests is unknown"):
            move(**change)
        assert state() == was

    @pytest.mark.parametrize(("before", "change"), BACKWARD.values(), ids=BACKWARD)
    def test_is_no_change_backward(self, before, change):
        put(**before)
        assert move(**change).changed

    def test_is_refused_where_nobody_answers(self, monkeypatch):
        monkeypatch.setattr(gating, "_gatekeepers", [])
        with pytest.raises(GateClosed, match="Nobody is registered"):
            move(share_bps=1)

    def test_is_no_rollback(self):
        put(everyone=True)
        assert roll_back(name=SELECTION, actor="bob").changed

    def test_is_refused_out_of_order_even_where_its_own_gates_are_open(self, revision_here):
        green(5)
        with pytest.raises(GateClosed, match=r"Phase 5 .* comes after phase 1 .*, which is active: .*advance 1"):
            move(ENDPOINT, everyone=True)
        close_phases_before(5)
        assert move(ENDPOINT, everyone=True).changed

    def test_tells_the_trail_what_the_gates_answered(self, revision_here):
        green(5)
        close_phases_before(5)
        move(ENDPOINT, everyone=True)
        assert AuditEvent.objects.filter(subject=ENDPOINT).latest("id").evidence["plan"]["gates"] == {"5 tests": "open"}
        assert audit.verify() == AuditEvent.objects.count()

    def test_asks_the_phases_of_the_flags_that_gain_by_it(self, revision_here):
        """Phase 5 is behind the endpoint, but accounts would come to the choices of phase 6 with it."""
        close_phases_before(5)
        green(5)
        put(CREDITS, everyone=True)
        put(SELECTION, everyone=True)
        put(CHOICES, everyone=True)
        with pytest.raises(GateClosed, match=r"Phase 6 .* comes after phase 5"):
            move(ENDPOINT, everyone=True)

    def test_is_asked_again_where_the_flag_was_changed_meanwhile(self, monkeypatch):
        def admit(forward):
            roll_back(name=forward.flag, actor="a colleague")
            return gating.Admission()

        monkeypatch.setattr(gating, "_gatekeepers", [admit])
        with pytest.raises(FlipHeldUp, match="It was rolled back while the gates were asked"):
            move(everyone=True)
        assert state()[1:3] == (False, 0)

    def test_that_moves_nobody_any_more_goes_through_where_it_was_rolled_back_meanwhile(self, monkeypatch):
        def admit(forward):
            roll_back(name=forward.flag, actor="a colleague")
            return gating.Admission()

        monkeypatch.setattr(gating, "_gatekeepers", [admit])
        move(share_bps=100)
        assert state()[1:3] == (False, 100)


class TestSurfaces:
    def test_of_the_command(self, harness):
        code, _, err = harness("flag", SELECTION, "--everyone", "yes", "--reason", "x")
        assert code == 3
        assert "Gate tests is unknown: No run of the tests is recorded" in " ".join(err.split())
        assert "harness verify" in err

    def test_of_the_api(self, operator):
        answer = operator.patch(f"{API}flags/{SELECTION}/", {"everyone": True}, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "gate_closed")
        assert "Gate tests is unknown" in answer.json()["message"]

    def test_of_the_console(self, operator):
        page = confirm(operator, f"{flag_page(SELECTION)}share/?percent=5", follow=False)
        assert page.status_code == 409
        assert "Gate tests is unknown" in words(page)

    def test_of_the_way_back_from_a_rollback(self, operator):
        put(share_bps=10_000)
        roll_back(name=SELECTION, actor="bob")
        page = confirm(operator, f"{flag_page(SELECTION)}return/", follow=False)
        assert (page.status_code, state()[1]) == (409, False)


class TestPilots:
    def test_are_three_accounts_by_name(self):
        for account_id in ("1", "2", "3"):
            move(account_id=account_id, membership="on")
        with pytest.raises(GateClosed, match="By name 3 accounts may be tried"):
            move(account_id="4", membership="on")
        assert AuditEvent.objects.filter(subject=SELECTION).latest("id").evidence["plan"]["pilot"] is True
        assert audit.verify() == AuditEvent.objects.count()

    def test_make_room_for_another(self):
        for account_id in ("1", "2", "3"):
            move(account_id=account_id, membership="on")
        move(account_id="2", membership="inherit")
        assert move(account_id="4", membership="on").changed

    def test_are_none_where_nothing_is_compared(self):
        put(stage=Stage.RAMPDOWN)
        with pytest.raises(GateClosed):
            move(account_id="1", membership="on")

    def test_come_to_no_flag_by_its_share(self):
        put(CREDITS, share_bps=10_000)
        with pytest.raises(GateClosed):
            move(account_id="1", membership="on")
        put(CREDITS, share_bps=0)
        assert move(account_id="1", membership="on").changed
        assert move(CREDITS, account_id="1", membership="on").changed


class TestOverride:
    def test_needs_a_reason_and_a_superuser(self, superuser):
        change = FlagChange(share_bps=100)
        with pytest.raises(InvalidChange, match="needs a reason"):
            change_flag(name=SELECTION, change=change, actor=superuser, override=True)
        with pytest.raises(NotAllowed):
            change_flag(name=SELECTION, change=change, actor="bob", reason="x", override=True)

    def test_passes_and_stands_outside_of_the_plan_until_it_is_undone(self, superuser, harness):
        change_flag(
            name=SELECTION, change=FlagChange(share_bps=100), actor=superuser, reason="the board wants it",
            override=True,
        )  # fmt: skip
        (row,) = outside_plan.standing()
        assert (row.flag, row.reason, row.actor) == (SELECTION, "the board wants it", "root")
        event = AuditEvent.objects.filter(subject=SELECTION).latest("id")
        assert any("Gate tests is unknown" in sentence for sentence in event.evidence["plan"]["outside_plan"])
        assert audit.verify() == AuditEvent.objects.count()
        (told,) = json.loads(harness("gates", "4", "--json")[1])["outside_plan"]
        assert (told["flag"], told["reason"]) == (SELECTION, "the board wants it")
        move(share_bps=0)
        assert outside_plan.standing() == []

    def test_is_undone_by_a_rollback_and_stands_again_with_its_return(self, superuser):
        by = {"actor": superuser, "reason": "x", "override": True}
        change_flag(name=SELECTION, change=FlagChange(share_bps=100), **by)
        roll_back(name=SELECTION, actor="bob")
        assert outside_plan.standing() == []
        change_flag(name=SELECTION, change=FlagChange(everyone=None), **by)
        assert {row.flag for row in outside_plan.standing()} == {SELECTION}

    def test_ends_when_the_gates_admit_a_change(self, superuser, monkeypatch):
        change_flag(
            name=SELECTION, change=FlagChange(share_bps=100), actor=superuser, reason="x", override=True
        )  # fmt: skip
        monkeypatch.setattr(gating, "_gatekeepers", [lambda _: gating.Admission()])
        move(share_bps=200)
        assert outside_plan.standing() == []
        assert OutsidePlan.objects.get().ended_at is not None

    def test_by_an_account_is_undone_when_it_leaves(self, superuser):
        put(stage=Stage.RAMPDOWN)
        account = str(Account.objects.first().pk)
        change_flag(
            name=SELECTION, change=FlagChange(account_id=account, membership="on"), actor=superuser, reason="x",
            override=True,
        )  # fmt: skip
        assert len(outside_plan.standing()) == 1
        move(account_id=account, membership="inherit")
        assert outside_plan.standing() == []


class TestWayForwardOfARollback:
    def test_says_whether_it_would_be_refused_now(self, harness):
        put(share_bps=10_000)
        out = " ".join(harness("rollback", SELECTION)[1].split())
        assert "would be refused now: Phase 4 (Credits by model) comes after phase 1" in out
        assert re.search(r"And \d+ more: harness gates", out)

    def test_says_it_to_scripts(self, harness):
        put(share_bps=10_000)
        (found,) = json.loads(harness("rollback", SELECTION, "--json")[1])["flags"]
        assert any("Gate tests is unknown" in sentence for sentence in found["way_forward_refused"])

    def test_says_nothing_where_it_would_not(self, harness, revision_here):
        close_phases_before(5)
        green(5)
        put(ENDPOINT, share_bps=10_000)
        (found,) = json.loads(harness("rollback", ENDPOINT, "--json")[1])["flags"]
        assert found["way_forward_refused"] == []
        assert "refused" not in harness("rollback", ENDPOINT)[1]

    def test_of_nobody_asks_no_gate(self, harness):
        (found,) = json.loads(harness("rollback", SELECTION, "--json")[1])["flags"]
        assert found["way_forward_refused"] == []
