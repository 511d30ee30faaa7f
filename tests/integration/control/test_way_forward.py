"""The way forward of a rollback is exactly the state before it, wherever it is told."""

import json
import shlex
from dataclasses import replace

import pytest

from igny8_core.auth.models import Account, User
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Stage
from tests.people import trusted

from ..console.browser import confirm, flag_page, words
from ..operator_api.clients import flag_url, with_token

NAME = "model-based-credits"
BEFORE = {
    "nobody": [],
    "everyone": [{"everyone": True}],
    "everyone without one": [{"everyone": True}, {"account": 0, "membership": "off"}],
    "a share and names": [
        {"share_bps": 1_234}, {"account": 0, "membership": "on"}, {"account": 1, "membership": "off"},
        {"stage": Stage.RAMPDOWN, "compared_bps": 5_000},
    ],
    "at baseline off": [{"baseline": Stage.OFF, "everyone": True, "stage": Stage.COMPLETE}],
}  # fmt: skip
BETWEEN = {
    "nothing": [],
    "a comparison that stops": [{"baseline": Stage.OFF}],
    "another share": [{"share_bps": 5_000}, {"share_bps": 7_500}],
    "other names": [{"account": 0, "membership": "inherit"}, {"account": 2, "membership": "on"}],
    "another stage": [{"stage": Stage.LIVE, "compared_bps": 10_000}, {"everyone": False}],
}


@pytest.fixture
def ids(selected):
    return [str(pk) for pk in Account.objects.order_by("pk").values_list("pk", flat=True)]


def make(ids, changes):
    for change in changes:
        fields = dict(change)
        account_id = ids[fields.pop("account")] if "account" in fields else None
        change_flag(name=NAME, change=FlagChange(account_id=account_id, **fields), actor="bob")


def state():
    return replace(load_snapshot().flags[NAME], epoch=0)


def printed(out):
    """Return the words of the commands that a rollback prints, a list for each."""
    return [
        shlex.split(line)[shlex.split(line).index("harness") + 1 :]
        for line in out.splitlines()
        if " harness flag " in line
    ]


@pytest.mark.parametrize("to", [[], ["--to", "off"]], ids=["", "to off"])
@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("before", BEFORE)
class TestSecondRollback:
    """Of a flag that is rolled back already has the way forward of the first: where it was when somebody was live."""

    @pytest.mark.covering(together=2)
    def test_prints_it(self, ids, harness, before, between, to):
        make(ids, BEFORE[before])
        was = state()
        harness("rollback", NAME)
        make(ids, BETWEEN[between])
        for command in printed(harness("rollback", NAME, *to)[1]):
            harness(*command)
        assert state() == was


class TestWayForward:
    def test_of_one_rollback_after_another_is_the_state_in_between(self, ids, harness):
        make(ids, [{"everyone": True}])
        harness("rollback", NAME)
        make(ids, [{"everyone": None, "share_bps": 2_500}])
        was = state()
        (command,) = printed(harness("rollback", NAME)[1])
        assert command == ["flag", NAME, "--everyone", "unset"]
        harness(*command)
        assert state() == was

    def test_says_whose_rollback_it_takes_back(self, ids, harness):
        make(ids, [{"everyone": True}])
        roll_back(name=NAME, actor="carol")
        out = " ".join(harness("rollback", NAME)[1].split())
        assert f"way forward harness flag {NAME} --everyone yes as it was before it was rolled back at" in out
        assert "UTC by carol" in out

    def test_is_told_to_scripts(self, ids, harness):
        make(ids, [{"everyone": True}])
        harness("rollback", NAME)
        (found,) = json.loads(harness("rollback", NAME, "--to", "off", "--json")[1])["flags"]
        assert found["way_forward"] == [f"flag {NAME} --everyone yes --baseline shadow"]

    @pytest.mark.parametrize("before", BEFORE)
    def test_is_what_the_api_takes(self, ids, before):
        make(ids, BEFORE[before])
        was = state()
        operator = with_token(trusted("ada"))
        operator.post(f"{flag_url()}rollback/")
        make(ids, BETWEEN["other names"])
        for body in operator.post(f"{flag_url()}rollback/").json()["data"]["way_forward"]:
            assert operator.patch(flag_url(), body, format="json").status_code == 200
        assert state() == was

    @pytest.mark.parametrize("before", BEFORE)
    def test_is_what_the_console_returns_to(self, ids, client, before):
        make(ids, BEFORE[before])
        was = state()
        client.force_login(User.objects.create_superuser("operator", password="x"))
        confirm(client, f"{flag_page()}rollback/", to_off="on")
        make(ids, BETWEEN["other names"])
        confirm(client, f"{flag_page()}return/")
        assert state() == was

    def test_on_the_console_is_foretold(self, ids, client):
        make(ids, [{"everyone": True}])
        client.force_login(User.objects.create_superuser("operator", password="x"))
        confirm(client, f"{flag_page()}rollback/")
        assert "Join the candidate 12 accounts: " in words(client.get(f"{flag_page()}return/"))
        assert f"harness flag {NAME} --everyone yes --reason" in words(client.get(flag_page()))

    def test_of_a_flag_that_is_not_rolled_back_changes_nothing(self, ids, client):
        make(ids, [{"everyone": True}])
        was = state()
        client.force_login(User.objects.create_superuser("operator", password="x"))
        assert f"{NAME} is not rolled back: leave it as it is?" in words(client.get(f"{flag_page()}return/"))
        confirm(client, f"{flag_page()}return/")
        assert state() == was
