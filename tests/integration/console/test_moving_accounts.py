"""One account, or a share of all, moved by a click and a confirmation."""

import re

import pytest

from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.flags import load_snapshot
from migration_harness.models import AuditEvent

from .browser import CREDITS, confirm, flag_page, words

ACCOUNT, SHARE = f"{flag_page()}account/", f"{flag_page()}share/"


def one(account, membership="on"):
    return f"{ACCOUNT}?account={account.name}&membership={membership}"


class TestFlagPage:
    def test_offers_the_accounts_by_name_and_the_next_share(self, operator, demo):
        change_flag(name=CREDITS, change=FlagChange(share_bps=500), actor="bob")
        html = operator.get(flag_page()).content.decode()
        assert '<option value="Cedar Clinic">' in html
        assert re.search(r'name="percent" value="25"', html)
        assert "The share, 5 % now" in words(operator.get(flag_page()))

    @pytest.mark.usefixtures("selected")
    def test_shows_the_flag_as_it_is(self, operator, account):
        change_flag(name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor="bob")
        text = words(operator.get(flag_page()))
        assert f"1 of 12 accounts are on the candidate: {account.name}." in text
        assert f"python manage.py harness rollback {CREDITS}" in text


class TestOneAccount:
    @pytest.mark.usefixtures("selected")
    def test_is_looked_at_before_it_is_moved(self, operator, account, charge):
        charge(account)
        text = words(operator.get(one(account)))
        assert f"{CREDITS}: put {account.name} on the candidate?" in text
        assert "Its stage shadow → live" in text
        assert "Its balance 249,980 credits; this moves no credits" in text
        assert "Its price 20 credits by the legacy tariff, 3 by the new price, over its 1 compared charge" in text
        assert f"Join the candidate 1 account: {account.name} Go back to the control nobody" in text

    @pytest.mark.parametrize(("membership", "included", "excluded"), [("on", 1, 0), ("off", 0, 1), ("inherit", 0, 0)])
    def test_is_moved(self, operator, account, membership, included, excluded):
        change_flag(name=CREDITS, change=FlagChange(share_bps=1), actor="bob")
        confirm(operator, one(account, membership), reason="pilot")
        flag = load_snapshot().flags[CREDITS]
        assert (len(flag.included), len(flag.excluded)) == (included, excluded)
        if membership != "inherit":
            event = AuditEvent.objects.latest("id")
            assert (event.actor, event.reason, event.after) == (
                "operator", "pilot", {f"account {account.pk}": membership},
            )  # fmt: skip

    @pytest.mark.usefixtures("selected")
    def test_is_told_with_its_proof(self, operator, account):
        text = words(confirm(operator, one(account)))
        assert "of 12 accounts 1 joined the candidate, 0 left it." in text
        assert "no process held a lease, none had to be told." in text

    def test_that_does_not_exist_is_a_sentence_and_the_form_is_kept(self, operator, demo):
        response = operator.get(ACCOUNT, {"account": "Nobody & Sons", "membership": "off", "reason": "pilot"})
        assert response.status_code == 400
        assert "There is no account with the id or name &#x27;Nobody &amp; Sons&#x27;." in response.content.decode()
        html = response.content.decode()
        assert 'value="Nobody &amp; Sons"' in html
        assert '<option value="off" selected>' in html
        assert 'value="pilot"' in html
        assert operator.post(ACCOUNT, {"account": "Nobody", "membership": "on"}).status_code == 400

    def test_that_is_not_in_a_required_cohort_is_said_to_stay(self, operator, account):
        text = words(operator.get(one(account)))
        assert f"shadow, as it is now: {CREDITS} requires model-selection, and the account is not in that" in text
        assert "Join the candidate nobody" in text

    def test_behind_a_rolled_back_flag_is_said_to_stay(self, operator, account):
        roll_back(name=CREDITS, actor="bob")
        assert f"Its stage shadow, as it is now: {CREDITS} is rolled back" in words(operator.get(one(account)))


class TestShare:
    @pytest.mark.usefixtures("selected")
    def test_is_looked_at_before_it_is_set(self, operator, demo):
        text = words(operator.get(SHARE, {"percent": "100"}))
        assert f"Set the share of {CREDITS} from 0 % to 100 %?" in text
        assert "Join the candidate 12 accounts: " in text

    @pytest.mark.parametrize(("percent", "bps"), [("5", 500), ("0.29", 29), ("100", 10_000), ("0", 0)])
    def test_is_set_exactly(self, operator, demo, percent, bps):
        change_flag(name=CREDITS, change=FlagChange(share_bps=50), actor="bob")
        confirm(operator, f"{SHARE}?percent={percent}", reason="next step")
        assert load_snapshot().flags[CREDITS].share_bps == bps
        assert AuditEvent.objects.latest("id").reason == "next step"

    @pytest.mark.parametrize("percent", ["101", "-1", "1.005", "many", "NaN"])
    def test_that_makes_no_sense_is_a_sentence_and_the_form_is_kept(self, operator, demo, percent):
        for ask in (operator.get, operator.post):
            response = ask(SHARE, {"percent": percent})
            assert (response.status_code, 'role="alert"' in response.content.decode()) == (400, True)
            assert f'value="{percent}"' in response.content.decode()
        assert load_snapshot().flags[CREDITS].share_bps == 0

    def test_of_nothing_asks_for_one(self, operator, demo):
        response = operator.get(SHARE)
        assert (response.status_code, 'role="alert"' in response.content.decode()) == (200, False)
        assert "Say which share." in words(operator.post(SHARE, {}))
