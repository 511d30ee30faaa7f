"""Whatever takes an account: of two that could be meant none is guessed, and one that is gone can be taken off."""

import json

import pytest

from igny8_core.auth.directory import accounts
from igny8_core.auth.models import Account, Plan, User
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from tests.people import trusted
from tests.trial_flag import FLAG as NAME

from ..console.browser import confirm, flag_page, form_in, words
from ..operator_api.clients import API, error_of, flag_url, with_token

GONE = "987654"


@pytest.fixture
def program(trial_flag):
    return with_token(trusted("ada"))


@pytest.fixture
def operator(client, trial_flag):
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


@pytest.fixture(params=["one name", "the other's id"])
def twins(request, trial_flag, account):
    """Two accounts that one text names, and the text."""
    text = "Twin" if request.param == "one name" else str(account.pk)
    if request.param == "one name":
        account = Account.objects.create(name=text, plan=account.plan)
    return text, account, Account.objects.create(name=text, plan=Plan.objects.order_by("pk").first())


@pytest.fixture
def gone(trial_flag):
    """An account that was included, and deleted since."""
    change_flag(name=NAME, change=FlagChange(account_id=GONE, membership="on"), actor="bob")


def members():
    flag = load_snapshot().flags[NAME]
    return flag.included | flag.excluded


class TestTwins:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["flag", NAME, "--account", "{}", "--on"],
            ["flag", NAME, "--account", "{}", "--off"],
            ["flag", NAME, "--account", "{}", "--inherit"],
            ["flag", "model-based-credits", "--account", "{}", "--on", "--with-required"],  # @legacy line
            ["heal", "--account", "{}"],
        ],
        ids=" ".join,
    )
    def test_are_listed_by_the_command_and_told_apart_by_id(self, twins, harness, arguments):
        text, *both = twins
        code, _, err = harness(*(word.format(text) for word in arguments))
        assert (code, members(), err.count("\n")) == (2, set(), 1)
        assert all(f"id:{account.pk}" in err for account in both)
        for account in both:
            assert harness(*(word.format(f"id:{account.pk}") for word in arguments))[0] == 0

    def test_are_a_conflict_of_the_api(self, twins, program):
        text, *both = twins
        answers = [
            program.patch(flag_url(NAME), {"account": text, "membership": "on"}, format="json"),
            program.get(f"{API}heal/", {"account": text}),
        ]
        assert [(each.status_code, error_of(each)["code"]) for each in answers] == [(409, "ambiguous_account")] * 2
        body = {"account": f"id:{both[1].pk}", "membership": "on"}
        assert program.patch(flag_url(NAME), body, format="json").status_code == 200
        assert members() == {str(both[1].pk)}
        undo = program.patch(flag_url(NAME), body | {"membership": "off"}, format="json").json()["data"]["undo"]
        assert program.patch(flag_url(NAME), undo, format="json").status_code == 200

    def test_are_a_sentence_on_the_console(self, twins, operator):
        text, *both = twins
        for url in (f"{flag_page(NAME)}account/?membership=on&account=", "/migration/heal/?account="):
            page = operator.get(url + text)
            assert (page.status_code, f"id:{both[0].pk}" in words(page)) == (400, True)
        confirm(operator, f"{flag_page(NAME)}account/?membership=on&account=id:{both[1].pk}")
        assert members() == {str(both[1].pk)}

    def test_are_offered_by_their_ids(self, twins, operator):
        html = operator.get(flag_page(NAME)).content.decode()
        assert f'<option value="id:{twins[2].pk}">' in html
        assert f'<option value="{twins[0]}">' not in html

    def test_that_come_between_the_two_clicks_move_nobody_else(self, account, operator):
        address, fields = form_in(operator.get(f"{flag_page(NAME)}account/?membership=on&account={account.name}"))
        Account.objects.create(name=account.name, plan=account.plan)
        Account.objects.filter(pk=account.pk).update(name="Another name")
        assert operator.post(address, fields).status_code == 302
        assert members() == {str(account.pk)}


class TestGone:
    def test_is_shown_and_taken_off_by_the_command(self, gone, harness):
        out = harness("flag", NAME)[1]
        assert f"account {GONE} is on the list and does not exist any more" in " ".join(out.split())
        assert json.loads(harness("flag", NAME, "--json")[1])["gone"] == [GONE]
        assert harness("flag", NAME, "--account", GONE, "--inherit")[0] == 0
        assert members() == set()

    def test_is_shown_and_taken_off_by_the_api(self, gone, program):
        assert program.get(flag_url(NAME)).json()["data"]["gone"] == [GONE]
        body = {"account": f"id:{GONE}", "membership": "inherit"}
        assert program.patch(flag_url(NAME), body, format="json").status_code == 200
        assert (program.get(flag_url(NAME)).json()["data"]["gone"], members()) == ([], set())

    def test_is_shown_and_taken_off_on_the_console(self, gone, operator):
        page = operator.get(flag_page(NAME))
        assert f"Account {GONE} is on the list and does not exist any more." in words(page)
        url = f"{flag_page(NAME)}account/?account=id:{GONE}&membership=inherit"
        assert url.replace(":", "%3A").replace("&", "&amp;") in page.content.decode()
        assert f"take account {GONE}, which does not exist any more, off the list?" in words(operator.get(url))
        confirm(operator, url)
        assert members() == set()

    @pytest.mark.parametrize("way", ["--on", "--off"])
    def test_cannot_be_put_on_a_list(self, gone, harness, way):
        code, _, err = harness("flag", NAME, "--account", GONE, way)
        assert (code, "There is no account" in err) == (2, True)

    def test_is_told_from_an_account_of_that_name(self, gone, account, harness):
        Account.objects.filter(pk=account.pk).update(name=GONE)
        code, _, err = harness("flag", NAME, "--account", GONE, "--inherit")
        assert (code, f"id:{account.pk}" in err, f"id:{GONE}" in err) == (2, True, True)
        assert harness("flag", NAME, "--account", f"id:{GONE}", "--inherit")[0] == 0
        assert members() == set()

    def test_does_not_stand_in_the_way_of_a_rollback(self, gone, harness):
        assert harness("rollback", NAME)[0] == 0


class TestDirectory:
    """The service's own: ids are whole numbers as they are printed."""

    @pytest.mark.parametrize("text", ["007", "\u0667", "+7", "7.0", "9" * 30, "0", "", "-1", "nobody"])
    def test_knows_no_other_notation_of_an_id(self, trial_flag, text):
        assert (list(accounts.find(text)), dict(accounts.describe([text]))) == ([], {})

    def test_finds_a_name_that_is_a_number(self, account):
        Account.objects.filter(pk=account.pk).update(name="2024")
        assert [each.account_id for each in accounts.find("2024")] == [str(account.pk)]

    def test_keeps_blanks_and_case_apart(self, account):
        Account.objects.create(name=f"{account.name} ", plan=account.plan)
        Account.objects.create(name=account.name.upper(), plan=account.plan)
        assert [each.account_id for each in accounts.find(account.name)] == [str(account.pk)]
