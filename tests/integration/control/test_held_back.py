"""A change that asks for accounts and moves none of them says so first, and is no success."""

import json

import pytest

from igny8_core.auth.models import Account, User
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.flags import load_snapshot
from tests.people import trusted

from ..console.browser import confirm, flag_page, words
from ..operator_api.clients import flag_url, with_token

NAME, REQUIRED = "model-based-credits", "model-selection"
WHOLE = [(["--share", "100"], {"share_percent": 100}), (["--everyone", "yes"], {"everyone": True})]
ASKS = [*WHOLE, (["--account", "Cedar Clinic", "--on"], {"account": "Cedar Clinic", "membership": "on"})]


def by(asks):
    return pytest.mark.parametrize(("arguments", "body"), asks, ids=lambda value: str(value))


def excluded():
    change_flag(name=REQUIRED, change=FlagChange(everyone=True), actor="bob")
    for pk in Account.objects.values_list("pk", flat=True):
        change_flag(name=REQUIRED, change=FlagChange(account_id=str(pk), membership="off"), actor="bob")


def rolled_back():
    change_flag(name=REQUIRED, change=FlagChange(everyone=True), actor="bob")
    roll_back(name=REQUIRED, actor="bob")


@pytest.fixture(params=[lambda: None, excluded, rolled_back], ids=["nobody", "excluded", "rolled back"])
def missing(request, demo):
    """The required flag has none of the accounts."""
    request.param()


@pytest.fixture
def operator(db):
    return with_token(trusted("ada"))


@by(ASKS)
@pytest.mark.usefixtures("missing")
class TestMissingRequiredFlag:
    def test_is_the_first_line_of_the_command_and_its_exit_code(self, harness, arguments, body):
        for _ in range(2):
            code, out, _ = harness("flag", NAME, *arguments)
            told = " ".join(out.split())
            assert (code, told.startswith("No account moved: ")) == (1, True), told
            assert REQUIRED in told.partition("First:")[0]
            assert f"python manage.py harness flag {REQUIRED} --" in told

    def test_is_told_to_scripts(self, harness, arguments, body):
        code, out, _ = harness("flag", NAME, *arguments, "--json")
        found = json.loads(out)
        assert (code, found["changed"], found["held_back"]["by"]) == (1, True, [REQUIRED])

    def test_is_a_conflict_that_keeps_the_change(self, operator, arguments, body):
        answer = operator.patch(flag_url(), body, format="json")
        found = answer.json()
        assert (answer.status_code, found["error"]["code"]) == (409, "nobody_moved")
        assert found["message"].startswith("No account moved: ")
        assert (found["data"]["changed"], found["data"]["joined"]) == (True, 0)

    def test_is_an_alert_on_the_console(self, client, arguments, body):
        client.force_login(User.objects.create_superuser("operator", password="x"))
        url = {
            "share_percent": f"{flag_page()}share/?percent=100",
            "account": f"{flag_page()}account/?account=Cedar+Clinic&membership=on",
        }.get(next(iter(body)))
        if url is None:
            change_flag(name=NAME, change=FlagChange(everyone=True), actor="bob")
            roll_back(name=NAME, actor="bob")
            url = f"{flag_page()}return/"
        page = confirm(client, url)
        assert "✗ No account moved: " in words(page)
        assert 'role="alert"' in page.content.decode()


class TestRemedy:
    @by(ASKS)
    def test_is_what_moves_them(self, demo, harness, arguments, body):
        out = " ".join(harness("flag", NAME, *arguments)[1].split())
        remedy = out.partition("First: python manage.py harness ")[2].split()[: 5 if "--account" in arguments else 4]
        assert harness(*remedy)[0] == 0
        code, out, _ = harness("flag", NAME, *arguments)
        assert (code, "No account moved" in out) == (0, False)

    def test_is_to_include_it_along(self, demo, harness):
        assert harness("flag", NAME, "--account", "Cedar Clinic", "--on", "--with-required")[0] == 0


class TestOtherwise:
    """Nothing is held back where nothing is asked for, or where it came."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--account", "Cedar Clinic", "--off"],
            ["--account", "Cedar Clinic", "--inherit"],
            ["--everyone", "no"],
            ["--share", "0"],
            ["--baseline", "off"],
            ["--stage", "rampdown"],
            ["--compared", "50"],
            [],
        ],
        ids=" ".join,
    )
    def test_is_a_success(self, demo, harness, arguments):
        code, out, _ = harness("flag", NAME, *arguments, "--json")
        assert (code, json.loads(out)["held_back"]) == (0, None)

    def test_of_a_smaller_share_is_a_success(self, demo, harness):
        harness("flag", NAME, "--share", "100")
        assert harness("flag", NAME, "--share", "50")[0] == 0

    @by(ASKS)
    @pytest.mark.usefixtures("selected")
    def test_is_a_success_where_they_come_or_were_there(self, harness, arguments, body):
        assert [harness("flag", NAME, *arguments)[0] for _ in range(2)] == [0, 0]

    @by(WHOLE)
    def test_is_a_success_where_some_come(self, demo, harness, arguments, body):
        harness("flag", REQUIRED, "--account", "Cedar Clinic", "--on")
        assert [harness("flag", NAME, *arguments)[0] for _ in range(2)] == [0, 0]

    def test_of_an_account_behind_its_own_rolled_back_flag_is_said_and_prepares_the_return(self, selected, harness):
        roll_back(name=NAME, actor="bob")
        code, out, _ = harness("flag", NAME, "--account", "Cedar Clinic", "--on")
        assert (code, f"No account moved: {NAME} is rolled back" in " ".join(out.split())) == (0, True)
        assert len(load_snapshot().flags[NAME].included) == 1

    def test_of_a_share_behind_its_own_rolled_back_flag_prepares_the_return(self, selected, harness):
        roll_back(name=NAME, actor="bob")
        assert harness("flag", NAME, "--share", "25")[0] == 0
