"""What a flip does to accounts and to money counts every flag that requires the one flipped, wherever it is told."""

import json
import re

import pytest

from dashboards.flips import Flipped
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import FlagMember

from ..console.browser import confirm, flag_page, words

SELECTION, CREDITS, ENDPOINT, CHOICES = (
    "model-selection", "model-based-credits", "ai-models-endpoint", "dynamic-model-choices",
)  # fmt: skip
API = "/api/v1/migration/"
TEXT = Usage(tokens_input=2_900, tokens_output=100)


def put(name, *account_ids, **fields):
    for account_id in account_ids:
        change_flag(name=name, change=FlagChange(account_id=account_id, membership="on"), actor="bob")
    if fields:
        change_flag(name=name, change=FlagChange(**fields), actor="bob")


@pytest.fixture
def operator(client, db):
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


@pytest.fixture
def six(selected):
    """Six accounts on the new prices, each with a charge of 20 credits by the tariff and 3 by the new price."""
    accounts = list(Account.objects.order_by("pk")[:6])
    put(CREDITS, *(str(account.pk) for account in accounts))
    for account in accounts:
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="clustering", model="gpt-5.1", usage=TEXT, operation_id=f"six:{account.pk}"
        )
    return accounts


class TestRollbackOfARequiredFlag:
    def test_is_told_by_the_command_with_the_flags_that_require_it(self, six, harness):
        out = " ".join(harness("rollback", SELECTION)[1].split())
        assert f"required by {CREDITS}: 0 joined it, 6 left it as well: {six[0].name}, " in out
        assert "6 of them pay more from now on, 0 would run dry" in out

    def test_is_told_to_scripts(self, six, harness):
        found, *_ = json.loads(harness("rollback", SELECTION, "--json")[1])["flags"]
        ids = [str(account.pk) for account in six]
        assert (found["required_by"], found["money"]["pay_more"]) == ({CREDITS: {"joined": [], "left": ids}}, 6)

    def test_is_told_by_the_api(self, six, operator):
        data = operator.post(f"{API}flags/{SELECTION}/rollback/", {}, content_type="application/json").json()["data"]
        assert data["required_by"] == [{"flag": CREDITS, "joined": 0, "left": 6}]
        assert data["money"] == {"pay_more": 6, "dry_within_a_day": 0}

    def test_is_told_by_the_console_before_and_after(self, six, operator):
        url = f"{flag_page(SELECTION)}rollback/"
        before = words(operator.get(url))
        assert "6 of those who go back pay more from then on" in before
        assert f"{CREDITS}, which requires it 0 join the candidate as well, 6 go back as well" in before
        after = words(confirm(operator, url))
        assert f"{CREDITS}, which requires it: 0 joined the candidate, 6 left it." in after
        assert "6 of those who went back pay more from now on" in after

    def test_is_told_by_the_admin(self, six, operator):
        flipped = Flipped.by(lambda: rollback.roll_back(names=[SELECTION], actor="bob"))
        assert f"{CREDITS}, which requires it: 0 joined the candidate, 6 left it." in flipped.sentence

    def test_counts_who_runs_dry(self, six, harness):
        for account in six[:2]:
            balance = Account.objects.get(pk=account.pk).credits
            CreditService.take_credits(account=account, amount=balance - 19, description="a test")
        assert "6 of them pay more from now on, 2 would run dry" in " ".join(harness("rollback", SELECTION)[1].split())


class TestReach:
    def test_is_transitive(self, six, harness):
        put(ENDPOINT, everyone=True)
        put(CHOICES, str(six[0].pk))
        found, *_ = json.loads(harness("rollback", SELECTION, "--json")[1])["flags"]
        assert {name: len(moved["left"]) for name, moved in found["required_by"].items()} == {CREDITS: 6, CHOICES: 1}

    def test_of_one_account_names_its_other_stages_and_its_price(self, six, harness):
        out = " ".join(harness("flag", SELECTION, "--account", six[0].name, "--off")[1].split())
        assert f"live → shadow of {CREDITS}, which requires it" in out
        assert "its 1 compared charges of the last 30 days: 20 credits by the legacy tariff, 3 by the new price" in out
        assert "1 of them pay more from now on" in out

    def test_of_one_account_is_the_same_on_the_console(self, six, operator):
        page = operator.get(f"{flag_page(SELECTION)}account/?account={six[0].name}&membership=off")
        assert "20 credits by the legacy tariff, 3 by the new price" in words(page)

    @pytest.mark.parametrize("arguments", [["--everyone", "no"], ["--everyone", "unset"]], ids=" ".join)
    def test_is_that_of_every_change_that_takes_the_candidate_away(self, six, harness, arguments):
        found = json.loads(harness("flag", SELECTION, *arguments, "--json")[1])
        assert (len(found["required_by"][CREDITS]["left"]), found["money"]["pay_more"]) == (6, 6)

    def test_is_told_forward_as_well(self, six, harness):
        harness("rollback", SELECTION, "--only")
        found = json.loads(harness("flag", SELECTION, "--everyone", "yes", "--json")[1])
        assert len(found["required_by"][CREDITS]["joined"]) == 6

    def test_of_several_flags_counts_each_account_once(self, six, harness):
        found = json.loads(harness("rollback", "--phase", "4", "--json")[1])
        assert [flag["money"]["pay_more"] for flag in found["flags"]] == [6, 6]
        assert found["money"]["pay_more"] == 6
        assert FlagMember.objects.count() == 6

    def test_of_several_flags_is_summed_up_for_people(self, six, harness):
        out = " ".join(harness("rollback", "--phase", "4")[1].split())
        assert re.search(r"each counted once: 6 of them pay more from now on", out)

    def test_of_a_flag_that_nobody_requires_names_none(self, six, harness):
        found = json.loads(harness("rollback", CREDITS, "--json")[1])["flags"][0]
        assert (found["required_by"], found["money"]["pay_more"]) == ({}, 6)

    def test_leaves_out_charges_behind_a_flag_that_the_account_did_not_leave(self, six, harness):
        """Everybody else left model-selection too, and paid the legacy price all along."""
        others = Account.objects.order_by("pk")[6:8]
        for account in others:
            CreditService.deduct_credits_for_operation(
                account=account,
                operation_type="clustering",
                model="gpt-5.1",
                usage=TEXT,
                operation_id=f"o:{account.pk}",
            )
        found, *_ = json.loads(harness("rollback", SELECTION, "--json")[1])["flags"]
        assert (len(found["cohort"]["left"]), found["money"]["pay_more"]) == (12, 6)
