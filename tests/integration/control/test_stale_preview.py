"""A change carries what was looked at: where a colleague was faster it is refused and shown anew; a rollback never."""

import json

import pytest

from igny8_core.auth.models import User
from migration_harness.control import flips, rollback
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.control.seen import seen_in
from migration_harness.deciding.flags import load_snapshot
from migration_harness.exceptions import StalePreview
from migration_harness.models import AuditEvent
from tests.people import trusted

from ..console.browser import flag_page, form_in, words
from ..operator_api.clients import flag_url, with_token

NAME, REQUIRED = "model-based-credits", "model-selection"
OTHER = "integration-provider-keys"
ACTIONS = {
    "share": "share/?percent=25",
    "account": "account/?account=Cedar+Clinic&membership=on",
}


@pytest.fixture
def operator(client, selected):
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


def colleague(name, **change):
    change_flag(name=name, change=FlagChange(**change), actor="bob")


def state():
    return load_snapshot().flags[NAME]


class TestConsole:
    @pytest.mark.parametrize("action", ACTIONS)
    @pytest.mark.parametrize(
        ("name", "change"), [(NAME, {"share_bps": 500}), (REQUIRED, {"everyone": None})], ids=["the flag", "required"]
    )
    def test_refuses_what_is_no_longer_as_it_was_and_shows_it_anew(self, operator, action, name, change):
        address, fields = form_in(operator.get(f"{flag_page()}{ACTIONS[action]}"))
        colleague(name, **change)
        before = state()
        page = operator.post(address, fields | {"reason": "next step"})
        text = words(page)
        assert (page.status_code, state()) == (409, before)
        assert f"{name} is no longer what was looked at: bob changed it at" in text
        if change == {"share_bps": 500} and action == "share":
            assert f"Set the share of {NAME} from 5 % to 25 %?" in text
        address, again = form_in(page)
        assert (again["reason"], again["seen"] != fields["seen"]) == ("next step", True)
        assert operator.post(address, again).status_code == 302
        assert state() != before

    def test_of_a_return_is_refused_where_a_colleague_has_returned(self, operator):
        roll_back(name=NAME, actor="bob")
        address, fields = form_in(operator.get(f"{flag_page()}return/"))
        colleague(NAME, everyone=None, share_bps=100)
        page = operator.post(address, fields)
        assert (page.status_code, "is no longer what was looked at" in words(page)) == (409, True)

    @pytest.mark.parametrize("action", ACTIONS)
    def test_is_not_held_up_by_another_flag(self, operator, action):
        address, fields = form_in(operator.get(f"{flag_page()}{ACTIONS[action]}"))
        colleague(OTHER, share_bps=100)
        assert operator.post(address, fields).status_code == 302

    @pytest.mark.parametrize("seen", ["{", "[]", '{"a": "b"}', '{"\\u0000": 1}', '{"\\ud800": 1}', "x" * 9_000])
    def test_refuses_what_nobody_can_read(self, operator, seen):
        address, fields = form_in(operator.get(f"{flag_page()}{ACTIONS['share']}"))
        page = operator.post(address, fields | {"seen": seen})
        assert (page.status_code, state().share_bps) == (409, 0)

    @pytest.mark.parametrize("seen", [None, "{"])
    def test_rolls_back_whatever_was_done_meanwhile(self, operator, seen):
        colleague(NAME, everyone=True)
        address, fields = form_in(operator.get(f"{flag_page()}rollback/"))
        colleague(NAME, share_bps=500)
        assert operator.post(address, fields if seen is None else fields | {"seen": seen}).status_code == 302
        assert state().everyone is False


class TestApi:
    @pytest.fixture
    def program(self, selected):
        return with_token(trusted("ada"))

    def test_takes_the_epoch_that_was_seen(self, program):
        colleague(OTHER, share_bps=100)
        body = {"share_percent": 25, "epoch": program.get(flag_url()).json()["data"]["epoch"]}
        assert program.patch(flag_url(), body, format="json").status_code == 200
        events = AuditEvent.objects.count()
        refused = program.patch(flag_url(), body | {"share_percent": 50}, format="json")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "stale_preview")
        assert "ada changed it at" in refused.json()["message"]
        assert (state().share_bps, AuditEvent.objects.count()) == (2_500, events)

    def test_takes_a_change_without_it(self, program):
        colleague(NAME, share_bps=100)
        assert program.patch(flag_url(), {"share_percent": 25}, format="json").status_code == 200

    @pytest.mark.parametrize("epoch", [-1, "many", 1.5, None, 2**63])
    def test_refuses_what_is_no_epoch(self, program, epoch):
        answer = program.patch(flag_url(), {"share_percent": 25, "epoch": epoch}, format="json")
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["epoch"])

    def test_takes_no_epoch_alone_for_a_change(self, program):
        assert program.patch(flag_url(), {"epoch": 1}, format="json").status_code == 400


class TestCommand:
    def test_is_refused_with_exit_code_3_and_changes_nothing(self, selected, harness):
        epoch = state().epoch
        arguments = ("flag", NAME, "--account", "Cedar Clinic", "--on", "--with-required", "--epoch", str(epoch))
        colleague(NAME, share_bps=100)
        before = load_snapshot().flags
        code, _, err = harness(*arguments)
        assert (code, load_snapshot().flags) == (3, before)
        assert err.startswith(f"{NAME} is no longer what was looked at: bob changed it at")

    def test_goes_through_with_the_epoch_that_was_printed(self, selected, harness):
        epoch = json.loads(harness("flag", NAME, "--json")[1])["flag"]["epoch"]
        assert harness("flag", NAME, "--share", "25", "--epoch", str(epoch))[0] == 0


class TestFlip:
    def test_is_refused_where_a_required_flag_changes_while_it_waits(self, selected):
        """The last look is after the counter, where flips wait for each other."""
        seen = seen_in(load_snapshot(), NAME)
        with pytest.raises(StalePreview, match=REQUIRED):
            flips.change_flag(
                name=NAME, change=FlagChange(share_bps=9), actor="ada", seen=seen,
                before_flip=lambda: colleague(REQUIRED, share_bps=1),
            )  # fmt: skip
        assert state().share_bps == 0

    def test_is_refused_where_a_colleague_has_done_the_same(self, selected):
        seen = seen_in(load_snapshot(), NAME)
        colleague(NAME, share_bps=9)
        with pytest.raises(StalePreview):
            rollback.change_flag(name=NAME, change=FlagChange(share_bps=9), actor="ada", seen=seen)

    def test_rests_on_the_flags_above_and_below(self, demo):
        assert set(seen_in(load_snapshot(), NAME)) == {
            NAME, REQUIRED, "dynamic-model-choices", "ai-models-endpoint",
        }  # fmt: skip
        assert set(seen_in(load_snapshot(), OTHER)) == {OTHER}
