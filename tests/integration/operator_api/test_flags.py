"""Flags, to look at and to change."""

from dataclasses import fields

import pytest

from dashboards.api import flag_answers
from igny8_core.migration_plan import PLAN
from migration_harness import queries
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent
from migration_harness.plan import PlannedFlag

from .clients import API, CREDITS, error_of, flag_url, send


class TestFlags:
    def test_are_listed_as_the_queries_have_them(self, operator):
        found = operator.get(f"{API}flags/").json()
        assert (found["count"], found["next"], found["previous"]) == (len(PLAN.flags), None, None)
        assert [flag["name"] for flag in found["results"]] == [flag.name for flag in queries.flag_statuses()]

    def test_leave_no_field_out(self):
        assert set(flag_answers.FlagAnswer().fields) == {field.name for field in fields(queries.FlagStatus)}

    @pytest.mark.usefixtures("selected")
    def test_say_how_many_accounts_are_on_the_candidate(self, operator, account):
        change = FlagChange(account_id=str(account.pk), membership="on")
        change_flag(name=CREDITS, change=change, actor="bob")
        found = operator.get(flag_url()).json()["data"]
        assert (found["name"], found["included"], found["on_candidate"], found["accounts"]) == (CREDITS, 1, 1, 12)

    @pytest.mark.parametrize("name", ["typo", "a%20b", "💥"])
    @pytest.mark.parametrize(("method", "suffix"), [("get", ""), ("patch", ""), ("post", "rollback/")])
    def test_that_do_not_exist_are_not_found(self, operator, name, method, suffix):
        response = send(operator, method, f"{API}flags/{name}/{suffix}")
        assert (response.status_code, error_of(response)["code"]) == (404, "unknown_flag")


class TestChange:
    def test_names_the_user_in_the_audit_trail(self, operator):
        response = operator.patch(flag_url(), {"share_percent": 5, "reason": "begin"}, format="json")
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.reason, event.subject) == ("ada", "begin", CREDITS)
        assert response.json()["data"]["epoch"] == event.evidence["epoch"]

    @pytest.mark.usefixtures("selected")
    def test_says_what_was_and_is_and_who_is_affected(self, operator):
        data = operator.patch(flag_url(), {"everyone": True}, format="json").json()["data"]
        assert (data["before"]["everyone"], data["after"]["everyone"], data["changed"]) == (None, True, True)
        assert (data["joined"], data["left"], data["on_candidate"], data["accounts"]) == (12, 0, 12, 12)
        assert data["proof"]["holds"] is True

    @pytest.mark.usefixtures("selected")
    @pytest.mark.parametrize(
        ("percent", "bps"), [(5, 500), ("2.50", 250), (0.01, 1), (100, 10_000), (0, 0), (0.29, 29), (1.13, 113)]
    )
    def test_of_a_share_is_exact(self, operator, percent, bps):
        operator.patch(flag_url(), {"share_percent": 50, "compared_percent": 50}, format="json")
        body = {"share_percent": percent, "compared_percent": percent}
        assert operator.patch(flag_url(), body, format="json").status_code == 200
        flag = load_snapshot().flags[CREDITS]
        assert (flag.share_bps, flag.compared_bps) == (bps, bps)

    def test_leaves_alone_what_is_not_named(self, operator):
        roll_back(name=CREDITS, actor="bob")
        operator.patch(flag_url(), {"share_percent": 5}, format="json")
        flag = load_snapshot().flags[CREDITS]
        assert (flag.everyone, flag.share_bps, flag.baseline) == (False, 500, Stage.SHADOW)

    @pytest.mark.usefixtures("selected")
    @pytest.mark.parametrize("by", ["name", "pk"])
    @pytest.mark.parametrize(("membership", "joined"), [("on", 1), ("off", 0), ("inherit", 0)])
    def test_moves_one_account(self, operator, account, by, membership, joined):
        body = {"account": getattr(account, by), "membership": membership, "reason": "pilot"}
        data = operator.patch(flag_url(), body, format="json").json()["data"]
        assert (data["after"][f"account {account.pk}"], data["joined"]) == (membership, joined)

    def test_to_the_same_is_none(self, operator):
        found = operator.patch(flag_url(), {"baseline": "shadow"}, format="json").json()
        assert (found["data"]["changed"], found["data"]["undo"]) == (False, {})
        assert "is as it was" in found["message"]

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({"share_precent": 5}, "share_precent"),
            ({"everyone": True, "Reason": "x"}, "Reason"),
            ({"share_bps": 5}, "share_bps"),
            ({"stage": "shadow"}, "stage"),
            ({"stage": "ramp"}, "stage"),
            ({"stage": None}, "stage"),
            ({"baseline": "live"}, "baseline"),
            ({"everyone": "no"}, "everyone"),
            ({"everyone": 0}, "everyone"),
            ({"everyone": ""}, "everyone"),
            ({"share_percent": 101}, "share_percent"),
            ({"share_percent": -1}, "share_percent"),
            ({"share_percent": 1.005}, "share_percent"),
            ({"share_percent": True}, "share_percent"),
            ({"share_percent": "NaN"}, "share_percent"),
            ({"share_percent": None}, "share_percent"),
            ({"account": "1"}, "membership"),
            ({"membership": "on"}, "account"),
            ({"account": "1", "membership": "yes"}, "membership"),
        ],
        ids=str,
    )
    def test_that_is_nonsense_is_refused_and_the_field_named(self, operator, body, wrong):
        events = AuditEvent.objects.count()
        response = operator.patch(flag_url(), body, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong]), response.content
        assert AuditEvent.objects.count() == events

    @pytest.mark.parametrize("body", [{"account": "a\x00b", "membership": "on"}, {"everyone": True, "reason": "\x00"}])
    def test_with_a_text_that_nobody_can_keep_is_refused(self, operator, body):
        events = AuditEvent.objects.count()
        response = operator.patch(flag_url(), body, format="json")
        assert (response.status_code, error_of(response)["code"]) == (400, "parse_error")
        assert AuditEvent.objects.count() == events

    @pytest.mark.parametrize("body", [{}, {"reason": "only"}], ids=["empty", "reason alone"])
    def test_of_nothing_is_refused(self, operator, body):
        response = operator.patch(flag_url(), body, format="json")
        assert (response.status_code, response.json()["message"]) == (400, "Say what to change.")

    def test_that_claims_to_be_a_form_changes_nothing(self, operator):
        roll_back(name=CREDITS, actor="bob")
        response = operator.generic("PATCH", flag_url(), b"", content_type="application/x-www-form-urlencoded")
        assert (response.status_code, load_snapshot().flags[CREDITS].everyone) == (400, False)

    def test_of_an_account_that_does_not_exist_is_not_found(self, operator):
        response = operator.patch(flag_url(), {"account": "Nobody", "membership": "on"}, format="json")
        assert (response.status_code, error_of(response)["code"]) == (404, "unknown_account")

    @pytest.mark.parametrize(
        "body",
        [
            {"stage": "rampdown", "baseline": "off", "everyone": True, "share_percent": "12.34"},
            {"compared_percent": 1},
            {"account": "Cedar Clinic", "membership": "off"},
        ],
        ids=str,
    )
    def test_is_undone_by_what_the_answer_says(self, operator, body):
        before = load_snapshot().flags[CREDITS]
        undo = operator.patch(flag_url(), body, format="json").json()["data"]["undo"]
        assert operator.patch(flag_url(), undo, format="json").status_code == 200
        after = load_snapshot().flags[CREDITS]
        assert [
            name for name in ("stage", "baseline", "everyone", "share_bps", "compared_bps", "included", "excluded")
            if getattr(before, name) != getattr(after, name)
        ] == []  # fmt: skip


class TestRetirement:
    NAME = "old-prices"

    @pytest.fixture(autouse=True)
    def _old(self, demo):
        planned = PlannedFlag(name=self.NAME, owner="ada", note="Prices by weight.")
        create_flag(planned=planned, baseline=Stage.OFF, actor="seed")

    def patch(self, operator, name=NAME, **body):
        return operator.patch(f"{API}flags/{name}/", body, format="json")

    def test_is_a_change_that_comes_with_its_undo(self, operator):
        data = self.patch(operator, retired=True, reason="its seam is gone").json()["data"]
        assert (data["before"]["retired"], data["after"]["retired"]) == (False, True)
        assert self.NAME not in [flag["name"] for flag in operator.get(f"{API}flags/").json()["results"]]
        assert operator.get(f"{API}flags/{self.NAME}/").json()["data"]["retired"] is True
        assert self.patch(operator, **data["undo"]).json()["data"]["after"]["retired"] is False

    def test_is_refused_where_something_asks(self, operator):
        response = self.patch(operator, name=CREDITS, retired=True)
        assert (response.status_code, error_of(response)["code"]) == (409, "flag_asked")

    def test_leaves_room_for_no_other_change(self, operator):
        assert self.patch(operator, retired=True, share_percent=5).status_code == 400
        self.patch(operator, retired=True)
        response = self.patch(operator, share_percent=5)
        assert (response.status_code, error_of(response)["code"]) == (409, "flag_retired")
