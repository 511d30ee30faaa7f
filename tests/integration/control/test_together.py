"""Flags that belong together: a rollback names those that require the one rolled back, and takes them along."""

import json
import shlex
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import OperationalError
from django.urls import reverse

from igny8_core.auth.models import User
from igny8_core.migration_plan import PLAN
from migration_harness.control import flips, rollback
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.rollback import roll_back
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import FlipHeldUp, UnknownFlag
from migration_harness.models import AuditEvent, Flag
from tests.people import trusted

from ..console.browser import confirm, flag_page, words
from ..operator_api.clients import flag_url, with_token

pytestmark = pytest.mark.legacy  # Flags that require each other, as the plan has them.

KEYS, SELECTION, CREDITS, ENDPOINT, CHOICES = NAMES = (
    "integration-provider-keys", "model-selection", "model-based-credits", "ai-models-endpoint",
    "dynamic-model-choices",
)  # fmt: skip
ALONG = {
    KEYS: [],
    SELECTION: [CREDITS, CHOICES],
    CREDITS: [CHOICES],
    ENDPOINT: [CHOICES],
    CHOICES: [],
}
"""What comes with the rollback of each flag, in the order of the way forward."""
SEES = {flag.name: flag.customers_see for flag in PLAN.flags}


@pytest.fixture
def everyone(demo):
    """Everybody is on the candidate of every flag."""
    for name in NAMES:
        change_flag(name=name, change=FlagChange(everyone=True), actor="bob")


@pytest.fixture
def operator(client, db):
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


def rolled_back():
    return {name for name, flag in load_snapshot().flags.items() if flag.everyone is False}


def state():
    return {name: replace(flag, epoch=0) for name, flag in load_snapshot().flags.items()}


def told(belonging):
    return [each.flag for each in belonging]


def ways(out):
    """Return the words of each command that a rollback prints."""
    return [shlex.split(line.partition(" harness ")[2]) for line in out.splitlines() if " harness flag " in line]


def refuse(monkeypatch, name, error):
    """Have the rollback of one flag fail."""
    original = flips.roll_back

    def rolled(**how):
        if how["name"] == name:
            raise error
        return original(**how)

    monkeypatch.setattr(flips, "roll_back", rolled)


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize("name", NAMES)
class TestRollback:
    def test_takes_along_what_requires_the_flag(self, name):
        proven = roll_back(names=[name], actor="ada")
        assert [flip.flag for flip in proven.flips] == [name, *ALONG[name]]
        assert (told(proven.along), proven.kept, rolled_back()) == (ALONG[name], (), {name, *ALONG[name]})

    def test_leaves_what_requires_the_flag_where_only_it_is_meant(self, name):
        proven = roll_back(names=[name], actor="ada", only=True)
        assert (told(proven.kept), proven.along, rolled_back()) == (ALONG[name], (), {name})

    def test_has_an_event_for_each_and_one_proof_for_all(self, name):
        before = AuditEvent.objects.latest("id").pk
        proven = roll_back(names=[name], actor="ada", reason="wrong price")
        events = AuditEvent.objects.filter(pk__gt=before, action="roll back").order_by("id")
        assert [event.subject for event in events] == [name, *ALONG[name]]
        first, *others = (event.reason for event in events)
        assert first == "wrong price"
        assert others == [f"with {name}, which it requires: wrong price"] * len(others)
        assert proven.proof.epoch == max(flip.epoch for flip in proven.flips)
        assert proven.proof.holds

    @pytest.mark.parametrize(("to_off", "baseline"), [(False, Stage.SHADOW), (True, Stage.OFF)])
    def test_stops_comparing_them_all_where_it_is_asked_to(self, name, to_off, baseline):
        roll_back(names=[name], actor="ada", to_off=to_off)
        flags = load_snapshot().flags
        assert {flags[each].baseline for each in (name, *ALONG[name])} == {baseline}

    def test_again_takes_along_what_was_left(self, name):
        roll_back(names=[name], actor="ada", only=True)
        proven = roll_back(names=[name], actor="ada")
        assert [(flip.flag, flip.changed) for flip in proven.flips] == [
            (name, False), *((each, True) for each in ALONG[name]),
        ]  # fmt: skip


@pytest.mark.usefixtures("everyone")
class TestRollbackOfSeveral:
    def test_takes_along_what_requires_any_of_them_once(self):
        proven = roll_back(names=[CREDITS, SELECTION, ENDPOINT], actor="ada")
        assert [flip.flag for flip in proven.flips] == [ENDPOINT, SELECTION, CREDITS, CHOICES]
        (choices,) = proven.along
        assert choices.requires == (ENDPOINT, SELECTION, CREDITS)

    def test_of_all_has_the_order_of_the_way_forward(self):
        proven = roll_back(names=sorted(NAMES), actor="ada")
        assert (proven.along, rolled_back()) == ((), set(NAMES))
        order = [flip.flag for flip in proven.flips]
        assert all(order.index(needed) < order.index(f.name) for f in PLAN.flags for needed in f.requires)

    @pytest.mark.parametrize(
        ("phase", "names"),
        [(3, {KEYS}), (4, {SELECTION, CREDITS, CHOICES}), (5, {ENDPOINT, CHOICES}), (6, {CHOICES})],
        ids=["3", "4", "5", "6"],
    )
    def test_of_a_phase_takes_along_what_later_ones_have(self, harness, phase, names):
        assert harness("rollback", "--phase", str(phase))[0] == 0
        assert rolled_back() == names


@pytest.mark.parametrize(
    ("change", "comes"),
    [
        ({}, False),
        ({"stage": Stage.COMPLETE}, False),
        ({"account_id": "1", "membership": "off"}, False),
        ({"everyone": False}, False),
        ({"everyone": True}, True),
        ({"account_id": "1", "membership": "on"}, True),
        ({"share_bps": 1}, True),
    ],
    ids=str,
)
def test_only_a_flag_with_somebody_in_its_cohort_comes_along(demo, change, comes):
    """There is nothing to bring back of another one, and its phase stays as far as it was."""
    change_flag(name=CHOICES, change=FlagChange(**change), actor="bob")
    assert told(roll_back(names=[CREDITS], actor="ada").along) == ([CHOICES] if comes else [])


@pytest.mark.usefixtures("everyone")
class TestRefusal:
    @pytest.mark.parametrize(
        "error", [FlipHeldUp("held up"), OperationalError("deadlock")], ids=["harness", "database"]
    )
    @pytest.mark.parametrize("stuck", ALONG[SELECTION])
    def test_of_what_comes_along_leaves_the_others_and_is_named(self, monkeypatch, error, stuck):
        refuse(monkeypatch, stuck, error)
        proven = roll_back(names=[SELECTION], actor="ada")
        assert [name for name, _ in proven.refused] == [stuck]
        assert rolled_back() == {SELECTION, *ALONG[SELECTION]} - {stuck}
        assert (proven.proof.holds, told(proven.along)) == (True, ALONG[SELECTION])
        assert f"{stuck} was not rolled back: " in proven.sentence

    def test_of_looking_leaves_the_rollback_and_says_so(self, monkeypatch):
        def fail():
            raise FlipHeldUp("Reading the flags: held up.")

        monkeypatch.setattr(rollback, "flags_before", fail)
        proven = roll_back(names=[CREDITS], actor="ada")
        assert (rolled_back(), proven.proof.holds) == ({CREDITS}, True)
        assert f"What requires {CREDITS} was not rolled back: Reading the flags: held up." in proven.sentence

    def test_of_the_flag_itself_takes_nothing_along(self, monkeypatch):
        refuse(monkeypatch, CREDITS, FlipHeldUp("held up"))
        with pytest.raises(FlipHeldUp):
            roll_back(names=[CREDITS], actor="ada")
        assert rolled_back() == set()

    def test_of_one_of_several_takes_along_what_the_others_need(self, monkeypatch):
        refuse(monkeypatch, CREDITS, FlipHeldUp("held up"))
        proven = roll_back(names=[CREDITS, ENDPOINT], actor="ada")
        assert (rolled_back(), [name for name, _ in proven.refused]) == ({ENDPOINT, CHOICES}, [CREDITS])

    def test_of_a_flag_that_nobody_knows_is_as_ever(self):
        with pytest.raises(UnknownFlag):
            roll_back(names=["typo"], actor="ada")

    @pytest.mark.parametrize("asked", ["command", "api"])
    def test_is_told_and_no_success(self, monkeypatch, harness, asked):
        refuse(monkeypatch, CHOICES, FlipHeldUp("held up"))
        if asked == "command":
            code, out, _ = harness("rollback", CREDITS, "--json")
            found = json.loads(out)
            assert code == 1
        else:
            response = with_token(trusted("ada")).post(f"{flag_url(CREDITS)}rollback/")
            found = response.json()["data"]
            assert response.status_code == 409
        assert found["refused"] == [{"flag": CHOICES, "why": "held up"}]
        assert rolled_back() == {CREDITS}


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize("name", [SELECTION, CREDITS, CHOICES])
class TestCommand:
    def test_names_them_and_what_customers_see_meanwhile(self, name, harness):
        out = " ".join(harness("rollback", name)[1].split())
        for each in ALONG[name]:
            assert f"came along it requires {name}" in out
            assert f"{each} changed" in out
        assert [f"customers see {SEES[each]}" in out for each in NAMES] == [
            each in (name, *ALONG[name]) for each in NAMES
        ]

    def test_leaves_them_where_only_the_flag_is_meant(self, name, harness):
        out = " ".join(harness("rollback", name, "--only")[1].split())
        for each in ALONG[name]:
            assert f"{each} stays as it is, and has no effect: it requires {name} customers see {SEES[each]}" in out
        assert rolled_back() == {name}

    @pytest.mark.parametrize("only", [[], ["--only"]], ids=["", "only"])
    def test_prints_the_way_to_where_all_were(self, name, harness, only):
        before = state()
        commands = ways(harness("rollback", name, *only)[1])
        assert [command[1] for command in commands] == [name, *([] if only else ALONG[name])]
        for command in commands:
            assert harness(*command)[0] == 0
        assert state() == before

    def test_again_prints_the_same_way(self, name, harness):
        first, second = (harness("rollback", name)[1] for _ in range(2))
        assert ways(second) == ways(first) != []

    def test_tells_scripts(self, name, harness):
        found = json.loads(harness("rollback", name, "--json")[1])
        assert [way.split()[1] for way in found["way_forward"]] == [name, *ALONG[name]]
        assert [flag["flag"]["name"] for flag in found["flags"]] == [name, *ALONG[name]]
        assert [flag["customers_see"] for flag in found["flags"]] == [SEES[each] for each in (name, *ALONG[name])]
        assert found["along"] == [{"flag": each, "requires": [name]} for each in ALONG[name]]

    def test_tells_scripts_what_stays(self, name, harness):
        found = json.loads(harness("rollback", name, "--only", "--json")[1])
        assert len(found["flags"]) == 1
        assert found["kept"] == [
            {"flag": each, "requires": [name], "customers_see": SEES[each]} for each in ALONG[name]
        ]


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize("name", [SELECTION, CREDITS, CHOICES])
class TestApi:
    def test_answers_with_what_came_along(self, name):
        before = state()
        api = with_token(trusted("ada"))
        found = api.post(f"{flag_url(name)}rollback/").json()
        data = found["data"]
        assert (data["flag"], [each["flag"] for each in data["along"]]) == (name, ALONG[name])
        assert [each["customers_see"] for each in (data, *data["along"])] == [SEES[n] for n in (name, *ALONG[name])]
        assert all(f"{each} came along: it requires {name}." in found["message"] for each in ALONG[name])
        for each in (data, *data["along"]):
            for body in each["way_forward"]:
                assert api.patch(flag_url(each["flag"]), body, format="json").status_code == 200
        assert state() == before

    def test_leaves_the_others_where_only_the_flag_is_meant(self, name):
        data = (
            with_token(trusted("ada")).post(f"{flag_url(name)}rollback/", {"only": True}, format="json").json()["data"]
        )
        assert ([each["flag"] for each in data["kept"]], data["along"]) == (ALONG[name], [])
        assert rolled_back() == {name}


def without_brakes(response):
    """The words of a page without those of the bar, which tells of every flag."""
    page = BeautifulSoup(response.content, "html.parser")
    for part in page.select("#brakes, dialog"):
        part.decompose()
    return " ".join(page.get_text(" ").split())


@pytest.mark.usefixtures("everyone")
class TestConsole:
    ROLLBACK = f"{flag_page(CREDITS)}rollback/"

    def test_says_what_comes_along_and_what_customers_see(self, operator):
        text = words(operator.get(self.ROLLBACK))
        assert f"Customers see {SEES[CREDITS]}" in text
        assert f"{CHOICES} comes along unless only this flag is rolled back" in text
        assert f"customers see {SEES[CHOICES]}" in text

    def test_takes_it_along_and_says_so(self, operator):
        text = words(confirm(operator, self.ROLLBACK))
        assert f"{CHOICES} came along: it requires {CREDITS}." in text
        assert rolled_back() == {CREDITS, CHOICES}

    def test_leaves_it_where_the_box_is_ticked(self, operator):
        text = words(confirm(operator, self.ROLLBACK, only="on"))
        assert f"{CHOICES} stays, and has no effect: it requires {CREDITS}." in text
        assert rolled_back() == {CREDITS}

    def test_says_on_the_way_back_what_stays_rolled_back_and_how_it_follows(self, operator):
        confirm(operator, self.ROLLBACK)
        assert f"{CHOICES}, which requires it stays rolled back" in words(operator.get(f"{flag_page(CREDITS)}return/"))
        page = words(operator.get(flag_page(CREDITS)))
        assert page.index(f"harness flag {CREDITS} --everyone yes") < page.index(
            f"harness flag {CHOICES} --everyone yes"
        )

    def test_leaves_out_of_the_way_back_what_was_rolled_back_before(self, operator):
        roll_back(names=[CHOICES], actor="bob")
        confirm(operator, self.ROLLBACK)
        assert f"harness flag {CHOICES}" not in words(operator.get(flag_page(CREDITS)))
        assert CHOICES not in without_brakes(operator.get(f"{flag_page(CREDITS)}return/"))

    def test_has_nothing_to_say_where_nothing_comes_along(self, operator):
        text = without_brakes(operator.get(f"{flag_page(CHOICES)}rollback/"))
        assert f"Customers see {SEES[CHOICES]}" in text
        assert "comes along" not in text


class TestAdmin:
    def test_takes_it_along_and_says_so(self, operator, everyone):
        url = reverse("admin:migration_harness_flag_changelist")
        chosen = {"action": "roll_back", ACTION_CHECKBOX_NAME: [str(Flag.objects.get(name=CREDITS).pk)]}
        text = words(operator.post(url, chosen, follow=True))
        assert f"{CHOICES} came along: it requires {CREDITS}. Meanwhile customers see {SEES[CREDITS]}" in text
        assert rolled_back() == {CREDITS, CHOICES}


def test_the_plan_says_of_every_flag_what_customers_see():
    assert [flag.name for flag in PLAN.flags if not flag.customers_see] == []
