"""Accounts over REST: the list of the console, one of them, its statement; and several moved by one change."""

import pytest

from igny8_core.auth.models import Account
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.models import AuditEvent

from .clients import API, charge, error_of, flag_url

SELECTION = "model-selection"


@pytest.fixture
def account(demo):
    return Account.objects.order_by("pk").first()


class TestAccounts:
    def test_are_listed_with_their_stage_under_each_flag(self, operator, account):
        change_flag(name=SELECTION, change=FlagChange(account_id=str(account.pk), membership="on"), actor="bob")
        answer = operator.get(f"{API}accounts/", {"flag": SELECTION, "stage": "live"}).json()
        (found,) = answer["results"]
        assert (answer["count"], found["account_id"], found["name"]) == (1, str(account.pk), account.name)
        under = {each["flag"]: each for each in found["stages"]}
        live = {"flag": SELECTION, "stage": "live", "on_candidate": True, "membership": "on"}
        assert under[SELECTION] == live

    def test_are_found_and_paged(self, operator, demo):
        assert [each["name"] for each in operator.get(f"{API}accounts/?q=ced").json()["results"]] == ["Cedar Clinic"]
        pages = [operator.get(f"{API}accounts/?page_size=5&page={page}").json() for page in (1, 2, 3)]
        assert [len(page["results"]) for page in pages] == [5, 5, 2]
        assert len({each["account_id"] for page in pages for each in page["results"]}) == 12

    @pytest.mark.parametrize("query", ["stage=x", "least=-1", "change=maybe", "plans=x"])
    def test_by_what_is_no_question_are_a_refusal(self, operator, demo, query):
        assert operator.get(f"{API}accounts/?{query}").status_code == 400

    def test_have_what_puts_them_there(self, operator, account):
        change = FlagChange(account_id=str(account.pk), membership="on")
        change_flag(name=SELECTION, change=change, actor="bob", reason="pilot")
        data = operator.get(f"{API}accounts/{account.pk}/").json()["data"]
        under = {each["flag"]: each for each in data["stages"]}
        told = (under[SELECTION]["why"], under[SELECTION]["actor"], under[SELECTION]["reason"])
        assert told == ("Included by name.", "bob", "pilot")
        assert under["ai-models-endpoint"]["actor"] is None

    def test_that_are_not_there_are_not_found(self, operator, demo):
        for path in ("accounts/999999/", "accounts/x/statement/", "accounts/a/b/"):
            assert error_of(operator.get(f"{API}{path}"))["code"] == "unknown_account"

    @pytest.mark.legacy
    def test_have_a_statement_before_and_after(self, operator, account):
        charge("clustering", index=0, account=account)
        (month,) = operator.get(f"{API}accounts/{account.pk}/").json()["data"]["months"]
        data = operator.get(f"{API}accounts/{account.pk}/statement/", {"month": month}).json()["data"]
        (line,) = data["lines"]
        told = (line["what"], line["charged"], line["before"], line["after"], line["difference"])
        assert (data["month"], told) == (month, ("clustering · gpt-5.1", "20", "20", "3", "-17"))
        assert operator.get(f"{API}accounts/{account.pk}/statement/?month=2026-13").status_code == 400


class TestSeveral:
    def test_are_moved_by_one_change_and_taken_back_by_its_undo(self, operator, demo):
        one, two, three = Account.objects.order_by("pk")[:3]
        change_flag(name=SELECTION, change=FlagChange(account_id=str(one.pk), membership="off"), actor="bob")
        before = AuditEvent.objects.count()
        named = {f"id:{one.pk}": "on", two.name: "on", f"id:{three.pk}": "off"}
        answer = operator.patch(flag_url(SELECTION), {"memberships": named, "reason": "pilots"}, format="json").json()
        assert (answer["data"]["joined"], AuditEvent.objects.count()) == (2, before + 1)
        flag = load_snapshot().flags[SELECTION]
        assert (flag.included, flag.excluded) == ({str(one.pk), str(two.pk)}, {str(three.pk)})
        assert operator.patch(flag_url(SELECTION), answer["data"]["undo"], format="json").status_code == 200
        flag = load_snapshot().flags[SELECTION]
        assert (flag.included, flag.excluded) == (set(), {str(one.pk)})

    @pytest.mark.parametrize(
        "body",
        [{"memberships": {}}, {"memberships": {"1": "maybe"}}, {"memberships": ["1"]},
         {"memberships": {"1": "on"}, "account": "1", "membership": "on"}, {"memberships": {"Nobody": "on"}},
         {"memberships": {"Amber Bakery": "on", "AMBER": "off", "a\x00b": "on"}}],
    )  # fmt: skip
    def test_that_make_no_sense_are_not_moved(self, operator, demo, body):
        assert operator.patch(flag_url(SELECTION), body, format="json").status_code in (400, 404)
        assert not load_snapshot().flags[SELECTION].included

    def test_that_are_one_account_named_in_two_ways_are_not_moved(self, operator, account):
        body = {"memberships": {f"id:{account.pk}": "on", account.name: "off"}}
        answer = operator.patch(flag_url(SELECTION), body, format="json")
        assert (answer.status_code, "named twice" in answer.json()["message"]) == (400, True)
