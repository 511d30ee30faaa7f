"""Accounts on the console: found, moved one by one or many at once, each with its stages, charges and statement."""

import csv
import io
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from igny8_core.auth.models import Account, Plan
from igny8_core.business.billing.services.credit_service import CreditService
from migration_harness.control import gating
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, ForecastFigure, KeptForecast
from migration_harness.rollout import gatekeeper
from tests.hostile import HOSTILE as TEXTS
from tests.people import VIEWER, person

from .browser import CREDITS, HOSTILE, confirm, form_in, words

SELECTION = "model-selection"
LIST, MOVE = "/migration/accounts/", "/migration/move-accounts/"
PART = {"X-Console-Part": "1"}


def page_of(account):
    return reverse("dashboards:account-page", args=[account.pk])


def statement_of(account, **query):
    return f"{reverse('dashboards:account-statement', args=[account.pk])}?{urlencode(query)}"


def ask(account, to="on", flag=SELECTION):
    return urlencode({"to": to, "flag": flag, "account": account.pk})


def names(response):
    """Return the names of the accounts that a page lists, in its order."""
    page = BeautifulSoup(response.content, "html.parser")
    return [each.get_text() for each in page.select("td[data-label=Account] a")]


def rows_of(response):
    """Return the text of each row of the tables of a page."""
    page = BeautifulSoup(response.content, "html.parser")
    rows = page.select("#page-main tbody tr")
    return [" ".join(" ".join(cell.get_text(" ").split()) for cell in row.select("td")) for row in rows]


def found(client, **query):
    return names(client.get(LIST, query))


def more_accounts(count, *, plan=None):
    plan = plan or Plan.objects.order_by("pk").first()
    Account.objects.bulk_create(
        Account(name=f"Account {number:05}", plan=plan, credits=0, opening_credits=0) for number in range(count)
    )


def forecast_of(**by_name):
    """Keep a forecast that says of accounts what they pay before and after."""
    kept = KeptForecast.objects.create(
        at=datetime(2026, 1, 5, tzinfo=UTC), actor="ada", flags=[CREDITS], calls_of="a trace", inputs={}, summary={}
    )
    for name, (before, after) in by_name.items():
        ForecastFigure.objects.create(
            forecast=kept,
            account_id=str(Account.objects.get(name=name).pk),
            operation="clustering",
            model="gpt-5.1",
            calls=1,
            credits_before=before,
            credits_after=after,
            dearest_after=after,
        )


class TestFinding:
    @pytest.mark.parametrize("text", ["ced", "CEDAR", " cedar c", "linic"])
    def test_is_by_a_part_of_the_name(self, operator, demo, text):
        assert found(operator, q=text) == ["Cedar Clinic"]

    def test_is_by_how_the_id_begins_and_by_the_plan(self, operator, demo):
        account = Account.objects.get(name="Cedar Clinic")
        assert "Cedar Clinic" in found(operator, q=str(account.pk))
        expected = set(Account.objects.filter(plan=account.plan).values_list("name", flat=True))
        assert set(found(operator, q=account.plan.name)) == set(found(operator, plan=account.plan.name)) == expected

    def test_is_by_balance(self, operator, account):
        CreditService.add_credits(account=account, amount=7, transaction_type="purchase", description="a test")
        balance = str(Account.objects.get(pk=account.pk).credits)
        assert found(operator, least=balance, most=balance) == [account.name]
        assert account.name not in found(operator, most=str(int(balance) - 1))

    def test_is_by_the_stage_under_a_flag(self, operator, account):
        change_flag(name=SELECTION, change=FlagChange(account_id=str(account.pk), membership="on"), actor="bob")
        assert found(operator, flag=SELECTION, stage="live") == [account.name]
        assert account.name not in found(operator, flag=SELECTION, stage="shadow")
        assert found(operator, stage="live") == [account.name]
        assert found(operator, flag=CREDITS, stage="live") == []

    def test_is_by_who_gains_and_loses_and_sorted_by_how_much(self, operator, demo):
        forecast_of(**{"Cedar Clinic": (10, 30), "Amber Bakery": (50, 10), "Blue Harbour": (5, 5)})
        assert found(operator, change="gains") == ["Amber Bakery"]
        assert found(operator, change="loses") == ["Cedar Clinic"]
        assert found(operator, sort="-forecast")[:3] == ["Cedar Clinic", "Blue Harbour", "Amber Bakery"]
        assert "+20 10 → 30" in words(operator.get(LIST, {"q": "cedar"}))

    def test_without_a_forecast_asks_for_none(self, operator, demo):
        html = operator.get(LIST).content.decode()
        assert 'name="change"' not in html
        assert len(found(operator, change="gains")) == 12

    @pytest.mark.parametrize(
        "query", [{"least": "many"}, {"stage": "x"}, {"flag": "typo"}, {"plan": "typo"}, {"page": "x"}, {"sort": "x"}]
    )
    def test_of_what_nobody_can_read_asks_for_nothing(self, operator, demo, query):
        assert len(found(operator, **query)) == 12

    def test_says_where_there_is_nothing(self, operator, demo):
        assert "No account is like that." in words(operator.get(LIST, {"q": "nobody"}))

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_of_any_text_breaks_nothing(self, operator, demo, text):
        assert operator.get(LIST, {"q": text}).status_code == 200

    def test_as_one_types_is_a_part_with_an_address_of_its_own(self, operator, demo):
        answer = operator.get(LIST, {"q": "ced", "plan": "", "least": ""}, headers=PART)
        assert (answer["X-Console-Part"], answer["HX-Replace-Url"]) == ("1", f"{LIST}?q=ced")
        assert "<html" not in answer.content.decode()
        assert operator.get(LIST, {"q": ""}, headers=PART)["HX-Replace-Url"] == LIST

    @pytest.mark.parametrize("sort", ["name", "-name", "id", "plan", "-balance", SELECTION, f"-{CREDITS}", "forecast"])
    def test_is_sorted_and_paged_by_the_server(self, operator, demo, sort):
        more_accounts(60)
        first = found(operator, sort=sort)
        second = found(operator, sort=sort, page="2")
        assert (len(first), len(second), len({*first, *second})) == (50, 22, 72)
        if sort == "-name":
            assert [*first, *second] == sorted([*first, *second], key=str.casefold, reverse=True)


class TestFile:
    def test_has_all_of_the_filter_and_a_column_for_each_flag(self, operator, account):
        change_flag(name=SELECTION, change=FlagChange(account_id=str(account.pk), membership="on"), actor="bob")
        forecast_of(**{account.name: (10, 30)})
        more_accounts(60)
        rows = list(csv.DictReader(io.StringIO(operator.get(LIST, {"format": "csv"}).content.decode())))
        assert len(rows) == 72
        (row,) = (each for each in rows if each["id"] == str(account.pk))
        told = (row["name"], row[SELECTION], row["before"], row["after"], row["forecast"])
        assert told == (account.name, "live", "10", "30", "20")
        told = json.loads(operator.get(LIST, {"format": "json", "q": account.name}).content)
        assert [each["name"] for each in told["rows"]] == [account.name]

    def test_has_no_formula(self, operator, account):
        Account.objects.filter(pk=account.pk).update(name="=1+1")
        (row,) = csv.DictReader(io.StringIO(operator.get(LIST, {"format": "csv", "q": "=1"}).content.decode()))
        assert not row["name"].startswith("=")


class TestToggle:
    def test_moves_the_account_at_once_and_goes_on_the_trail(self, operator, account):
        answer = operator.post(f"{LIST}?q=amb", {"to": ask(account), "reason": "pilot"})
        assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?q=amb")
        event = AuditEvent.objects.latest("id")
        told = (event.actor, event.subject, event.after, event.reason)
        assert told == ("operator", SELECTION, {f"account {account.pk}": "on"}, "pilot")
        text = words(operator.get(answer["Location"]))
        assert f"{account.name} under {SELECTION}: on, shadow → live." in text

    def test_as_a_part_is_told_beside_the_list_with_its_undo(self, operator, account):
        answer = operator.post(f"{LIST}?q={account.name}", {"to": ask(account)}, headers=PART)
        assert (answer.status_code, answer["X-Console-Part"], names(answer)) == (200, "1", [account.name])
        page = BeautifulSoup(answer.content, "html.parser")
        pressed = [each["value"] for each in page.select("button[aria-pressed=true]")]
        assert ask(account) in pressed
        (undo,) = (each["value"] for each in page.select("button") if each.get_text() == "Undo")
        assert undo == ask(account, "inherit")
        operator.post(LIST, {"to": undo}, headers=PART)
        assert not load_snapshot().flags[SELECTION].included

    def test_forward_is_refused_by_closed_gates_with_their_sentences(self, operator, demo, monkeypatch):
        monkeypatch.setattr(gating, "_gatekeepers", [gatekeeper.admission])
        accounts = list(Account.objects.order_by("pk")[:4])
        for each in accounts[:3]:
            assert operator.post(LIST, {"to": ask(each)}, headers=PART).status_code == 200
        answer = operator.post(LIST, {"to": ask(accounts[3])}, headers=PART)
        text = words(answer)
        assert (answer.status_code, "the plan does not allow this yet" in text) == (409, True)
        assert "By name 3 accounts may be tried" in text
        assert "Look at the whole of it, and pass all the same…" in text
        # Backward nobody is asked.
        assert operator.post(LIST, {"to": ask(accounts[0], "off")}, headers=PART).status_code == 200
        assert load_snapshot().flags[SELECTION].excluded == {str(accounts[0].pk)}

    def test_that_moves_nobody_says_what_holds_the_account_back(self, operator, account):
        answer = operator.post(LIST, {"to": ask(account, flag=CREDITS)}, headers=PART)
        assert answer.status_code == 409
        assert f"not in the cohort of {SELECTION}, which {CREDITS} requires" in words(answer)

    @pytest.mark.parametrize(
        "text", ["", "to=on", "to=maybe&flag=model-selection&account=1", "to=on&flag=typo&account=1",
                 "to=on&flag=model-selection&account=999999", "to=on&flag=model-selection&account=x", "\x00&%ff"]
    )  # fmt: skip
    def test_that_nobody_can_read_does_nothing(self, operator, demo, text):
        before = AuditEvent.objects.count()
        for headers in ({}, PART):
            answer = operator.post(LIST, {"to": text}, headers=headers)
            assert 400 <= answer.status_code < 500
            assert 'role="alert"' in answer.content.decode()
        assert AuditEvent.objects.count() == before

    def test_is_nothing_for_a_viewer(self, client, account):
        client.force_login(person("vera", VIEWER))
        for url in (LIST, page_of(account)):
            page = BeautifulSoup(client.get(url).content, "html.parser").select_one("#page-main")
            assert page.select("button[name=to], input[type=checkbox], form[method=post]") == []
            assert client.post(url, {"to": ask(account)}).status_code == 403
        assert client.get(MOVE).status_code == 403
        assert client.post(MOVE, {"flag": SELECTION, "membership": "on", "all": "on", "reason": "x"}).status_code == 403
        assert not load_snapshot().flags[SELECTION].included

    def test_without_the_token_of_the_form_does_nothing(self, operator, account):
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = operator.cookies
        assert strict.post(page_of(account), {"to": ask(account)}).status_code == 403


class TestMany:
    def chosen(self, *accounts, to="on", flag=SELECTION, **more):
        query = {"flag": flag, "membership": to, "account": [f"id:{each.pk}" for each in accounts], **more}
        return f"{MOVE}?{urlencode(query, doseq=True)}"

    def test_are_looked_at_before_they_are_moved(self, operator, demo):
        one, two, *_ = Account.objects.order_by("pk")
        change_flag(name=SELECTION, change=FlagChange(account_id=str(one.pk), membership="on"), actor="bob")
        forecast_of(**{one.name: (10, 30)})
        text = words(operator.get(self.chosen(one, two)))
        assert f"{SELECTION}: set 2 accounts to on?" in text
        assert f"Chosen 2 accounts: {one.name}, {two.name} Now 1 live, 1 shadow Then 2 live" in text
        assert "10 credits before, 30 after (+20): 0 pay less, 1 pay more; it says nothing of 1 account" in text
        assert f"Join the candidate 1 account: {two.name}" in text

    def test_are_one_change_with_one_reason(self, operator, demo):
        accounts = list(Account.objects.order_by("pk")[:5])
        before = AuditEvent.objects.count()
        asked = BeautifulSoup(operator.get(self.chosen(*accounts)).content, "html.parser")
        boxes = [each["value"] for each in asked.select("main form input[name=account]")]
        _, fields = form_in(operator.get(self.chosen(*accounts)))
        sent = fields | {"account": boxes, "reason": "the pilots"}
        text = words(operator.post(MOVE, sent, follow=True))
        assert "of 12 accounts 5 joined the candidate, 0 left it." in text
        assert AuditEvent.objects.count() == before + 1
        event = AuditEvent.objects.latest("id")
        assert (event.reason, len(event.after)) == ("the pilots", 5)
        assert load_snapshot().flags[SELECTION].included == {str(each.pk) for each in accounts}

    def test_of_a_filter_are_all_of_it(self, operator, demo):
        more_accounts(60)
        text = words(
            confirm(operator, f"{MOVE}?flag={SELECTION}&membership=on&all=on&filter=q%3Daccount+0", reason="x")
        )
        assert "60 joined the candidate" in text
        assert len(load_snapshot().flags[SELECTION].included) == 60

    def test_of_a_filter_that_finds_others_by_now_are_looked_at_again(self, operator, demo):
        more_accounts(3)
        url = f"{MOVE}?flag={SELECTION}&membership=on&all=on&filter=q%3Daccount+0"
        _, sent = form_in(operator.get(url))
        Account.objects.filter(name="Account 00001").update(name="Elsewhere")
        answer = operator.post(MOVE, sent | {"reason": "x"})
        assert (answer.status_code, "since you looked at it" in words(answer)) == (409, True)
        assert not load_snapshot().flags[SELECTION].included

    @pytest.mark.parametrize("seen", ["x", "[]", "{}", '{"flags": 1, "accounts": 2}', '{"flags": {}, "accounts": ""}'])
    def test_of_what_nobody_can_read_do_nothing(self, operator, account, seen):
        sent = {"flag": SELECTION, "membership": "on", "account": f"id:{account.pk}", "reason": "x", "seen": seen}
        assert operator.post(MOVE, sent).status_code == 409
        assert not load_snapshot().flags[SELECTION].included

    def test_need_a_reason(self, operator, account):
        sent = {"flag": SELECTION, "membership": "on", "account": f"id:{account.pk}"}
        answer = operator.post(MOVE, sent)
        assert (answer.status_code, "Say why" in words(answer)) == (400, True)
        assert not load_snapshot().flags[SELECTION].included

    def test_that_are_none_are_asked_for(self, operator, demo):
        answer = operator.get(f"{MOVE}?flag={SELECTION}&membership=on")
        assert "Choose at least one account." in words(answer)

    def test_say_beforehand_where_gates_are_closed(self, operator, demo, monkeypatch):
        monkeypatch.setattr(gating, "_gatekeepers", [gatekeeper.admission])
        accounts = list(Account.objects.order_by("pk")[:5])
        assert "The plan does not allow this yet: it would be refused." in words(operator.get(self.chosen(*accounts)))
        answer = operator.post(
            MOVE,
            {"flag": SELECTION, "membership": "on", "account": [f"id:{each.pk}" for each in accounts], "reason": "x"},
        )
        assert answer.status_code == 409
        assert not load_snapshot().flags[SELECTION].included


class TestAccountPage:
    def test_says_its_stage_under_each_flag_and_why(self, operator, account):
        pk = str(account.pk)
        change_flag(
            name=CREDITS, change=FlagChange(account_id=pk, membership="on"), actor="bob", reason="the first pilot"
        )
        change_flag(name="ai-models-endpoint", change=FlagChange(account_id=pk, membership="off"), actor="bob")
        change_flag(name="integration-provider-keys", change=FlagChange(everyone=True), actor="bob")
        text = words(operator.get(page_of(account)))
        assert f"Included by name, but {CREDITS} requires {SELECTION}, and the account is not in that cohort." in text
        assert "bob, 20" in text
        assert "“the first pilot”" in text
        assert "Excluded by name." in text
        assert "Everyone is included." in text
        assert "Not included by name, and the share is 0 %." in text

    def test_says_its_place_in_a_share_and_a_rollback(self, operator, account):
        change_flag(name=SELECTION, change=FlagChange(share_bps=9_999), actor="bob")
        change_flag(name="ai-models-endpoint", change=FlagChange(share_bps=100), actor="bob")
        roll_back(name="ai-models-endpoint", actor="bob")
        text = words(operator.get(page_of(account)))
        assert "In the share of 99.99 %: its place in it is " in text
        assert "Rolled back: everyone is on the control." in text

    def test_has_its_history(self, operator, account):
        other = Account.objects.exclude(pk=account.pk).first()
        change_flag(name=SELECTION, change=FlagChange(account_id=str(other.pk), membership="on"), actor="zoe")
        operator.post(page_of(account), {"to": ask(account), "reason": "pilot"})
        page = BeautifulSoup(operator.get(page_of(account)).content, "html.parser")
        (history,) = (each for each in page.select("section") if each.h2 and each.h2.get_text() == "Its history")
        rows = [" ".join(each.get_text(" ").split()) for each in history.select("tbody tr")]
        assert len(rows) == 1
        assert f"operator {SELECTION} {account.name} inherit → on pilot" in rows[0]

    def test_names_no_more_than_a_few_of_a_change_of_many(self, operator, demo):
        more_accounts(50)
        ids = [str(pk) for pk in Account.objects.order_by("pk").values_list("pk", flat=True)]
        change_flag(name=SELECTION, change=FlagChange(memberships=dict.fromkeys(ids, "on")), actor="bob")
        assert "57 more accounts → on" in words(operator.get("/migration/changes/"))

    def test_of_an_account_that_is_not_there_is_said_to_be_not_there(self, operator, demo):
        for account_id in ("999999", "x", "a/b", "0", "%00"):
            for rest in ("", "charges/", "statement/", "statement/print/"):
                assert operator.get(f"{LIST}{account_id}/{rest}").status_code == 404

    def test_shows_a_hostile_name_as_text(self, operator, account, charge):
        Account.objects.filter(pk=account.pk).update(name=HOSTILE)
        charge(account)
        own = [f"{page_of(account)}{rest}" for rest in ("", "charges/", "statement/", "statement/print/")]
        for url in (LIST, *own, f"{MOVE}?flag={SELECTION}&membership=on&account=id:{account.pk}"):
            html = operator.get(url).content.decode()
            assert HOSTILE not in html, url


# @legacy begin
class TestCharges:
    def test_have_both_prices(self, operator, account, charge):
        charge(account)
        assert any("clustering · gpt-5.1 control 20 20 3 −17" in row for row in rows_of(operator.get(page_of(account))))
        (row,) = json.loads(operator.get(page_of(account) + "charges/?format=json").content)["rows"]
        told = (row["what"], row["priced_by"], row["charged"], row["before"], row["after"], row["difference"])
        assert told == ("clustering · gpt-5.1", "control", "20", "20", "3", "-17")

    def test_are_sorted_and_paged_by_the_server(self, operator, account, charge):
        for tokens in (3_000, 9_000, 6_000):
            charge(account, tokens=tokens)
        charges = page_of(account) + "charges/?format=json&sort="
        for sort, expected in (("charged", [20, 40, 60]), ("-charged", [60, 40, 20]), ("difference", [-51, -34, -17])):
            rows = json.loads(operator.get(charges + sort).content)["rows"]
            assert [int(row[sort.removeprefix("-")]) for row in rows] == expected

    def test_that_one_side_alone_has_priced_have_one_price(self, operator, account, charge):
        change_flag(name=CREDITS, change=FlagChange(baseline=Stage.OFF), actor="bob")
        charge(account)
        assert any("clustering · gpt-5.1 control 20 20 – –" in row for row in rows_of(operator.get(page_of(account))))
        text = words(operator.get(statement_of(account)))
        assert "1 charge, 20 credits charged. 1 of them has one price only, and is in neither sum." in text


class TestStatement:
    def test_has_the_lines_of_a_month_under_both_prices(self, operator, account, charge):
        charge(account)
        charge(account, tokens=6_000)
        charge(account, operation="idea_generation")
        answer = operator.get(statement_of(account))
        assert rows_of(answer) == ["clustering · gpt-5.1 2 60 60 9 −51 0", "idea_generation · gpt-5.1 1 15 15 3 −12 0"]
        text = words(answer)
        assert "3 charges, 75 credits charged. Before 75, after 12: −84.0 %." in text

    def test_comes_as_files(self, operator, account, charge):
        charge(account)
        rows = list(csv.DictReader(io.StringIO(operator.get(statement_of(account, format="csv")).content.decode())))
        first = rows[0]
        told = (first["what"], first["charges"], first["charged"], first["before"], first["after"], first["difference"])
        assert told == ("clustering · gpt-5.1", "1", "20", "20", "3", "-17")
        told = json.loads(operator.get(statement_of(account, format="json")).content)
        assert told["rows"][0]["what"] == "clustering · gpt-5.1"

    def test_for_paper_has_the_same_and_nothing_around_it(self, operator, account, charge):
        charge(account)
        html = operator.get(page_of(account) + "statement/print/").content.decode()
        assert "<script" not in html
        page = BeautifulSoup(html, "html.parser")
        cells = [each.get_text() for each in page.select("tbody td")]
        assert cells == ["clustering · gpt-5.1", "1", "20", "20", "3", "−17", "0"]
        assert [each.get_text() for each in page.select("tfoot td")] == ["1", "20", "20", "3", "−17", "0"]

    @pytest.mark.parametrize("month", ["2001-01", "1999-12"])
    def test_of_a_month_without_charges_says_so(self, operator, account, charge, month):
        charge(account)
        assert "Nothing was charged in this month." in words(operator.get(statement_of(account, month=month)))

    @pytest.mark.parametrize("month", ["", "x", "2026-13", "0000-01", "2026-1-1"])
    def test_of_a_month_that_nobody_can_read_is_the_newest(self, operator, account, charge, month):
        charge(account)
        assert "clustering · gpt-5.1" in words(operator.get(statement_of(account, month=month)))

    def test_of_a_host_without_books_is_of_what_was_compared(self, operator, account, charge, settings):
        charge(account)
        charge(account)
        settings.HARNESS = {name: value for name, value in settings.HARNESS.items() if name != "BOOKS"}
        answer = operator.get(statement_of(account))
        assert "The host names no books" in words(answer)
        assert rows_of(answer) == ["credits.text 2 – 40 6 −34 0"]
        (row,) = rows_of(operator.get(page_of(account) + "charges/"))
        assert row.endswith("credits.text 2 40 6 −34")


# @legacy end
class TestWithoutADirectory:
    def test_accounts_are_the_ids_that_were_seen(self, operator, account, settings):
        change_flag(name=SELECTION, change=FlagChange(account_id="org/7", membership="on"), actor="bob")
        settings.HARNESS = {name: value for name, value in settings.HARNESS.items() if name != "ACCOUNTS"}
        answer = operator.get(LIST)
        assert names(answer) == ["org/7"]
        html = answer.content.decode()
        assert ('name="plan"' in html, 'name="least"' in html) == (False, False)
        page = reverse("dashboards:account-page", args=["org/7"])
        assert "Included by name." in words(operator.get(page))
        assert (
            operator.post(LIST, {"to": urlencode({"to": "off", "flag": SELECTION, "account": "org/7"})}).status_code
            == 302
        )
        assert load_snapshot().flags[SELECTION].excluded == {"org/7"}


class TestCost:
    def test_of_the_list_does_not_depend_on_how_many_there_are(self, queries_of, demo):
        few = {url: queries_of(url) for url in (LIST, f"{LIST}?q=a&sort=-name", f"{LIST}?stage=shadow")}
        more_accounts(500)
        assert {url: queries_of(url) for url in few} == few
        assert few[LIST] <= 22

    def test_of_a_page_does_not_depend_on_how_much_was_charged(self, queries_of, account, charge):
        charge(account)
        pages = [page_of(account), statement_of(account), page_of(account) + "charges/"]
        few = [queries_of(url) for url in pages]
        for _ in range(12):
            charge(account)
        assert [queries_of(url) for url in pages] == few
