"""Accounts as operators find and move them, with their clicks and keystrokes counted; and whoever only looks."""

import re

import pytest
from playwright.sync_api import expect

from igny8_core.auth.models import Account, Plan
from migration_harness.deciding.flags import load_snapshot
from migration_harness.models import AuditEvent
from tests.people import VIEWER, person

from .conftest import PASSWORD
from .test_console import obstacles

SELECTION = "model-selection"
LONG = "Ångström & Søn Gesellschaft für außergewöhnlich lange Namen ohne jedes Ende mbH & Co. KG " * 2
WIDTHS = (1440, 1024, 390)


class Hand:
    """An operator's hand at a page: it counts what it does."""

    def __init__(self, page):
        self.page = page
        self.clicks = 0
        self.keystrokes = 0

    def click(self, target):
        target.click()
        self.clicks += 1

    def type(self, text):
        self.page.keyboard.type(text)
        self.keystrokes += len(text)

    @property
    def work(self):
        return self.clicks, self.keystrokes


def included(name=SELECTION):
    return load_snapshot().flags[name].included


def more_accounts(count):
    plan = Plan.objects.order_by("pk").first()
    Account.objects.bulk_create(
        Account(name=f"Pilot {number:05}", plan=plan, credits=0, opening_credits=0) for number in range(count)
    )


def toggles(page, account, flag=SELECTION):
    return page.get_by_role("group", name=f"{account} under {flag}")


class TestOneAccount:
    def test_is_found_by_three_letters_and_toggled_two_clicks_from_the_overview(self, operator):
        page = operator()
        page.goto("/migration/")
        hand = Hand(page)
        hand.click(page.get_by_role("navigation", name="Pages of the migration").get_by_role("link", name="Accounts"))
        expect(page.get_by_label("Find")).to_be_focused()
        hand.type("ced")
        expect(page.locator("#accounts-found")).to_contain_text("1 account of 12.")
        assert page.url.endswith("/migration/accounts/?q=ced")
        hand.click(toggles(page, "Cedar Clinic").get_by_role("button", name="on"))
        expect(page.locator("#came")).to_contain_text(f"Cedar Clinic under {SELECTION}: on, shadow → live.")
        assert hand.work == (2, 3)
        assert included() == {str(Account.objects.get(name="Cedar Clinic").pk)}
        # Undone by one more.
        hand.click(page.get_by_role("button", name="Undo"))
        expect(page.locator("#came")).to_contain_text("inherit, live → shadow.")
        assert (hand.work, included()) == ((3, 3), set())

    def test_is_toggled_by_keyboard_alone(self, operator):
        page = operator()
        page.goto("/migration/accounts/")
        expect(page.get_by_label("Find")).to_be_focused()
        # On a busy machine each letter may be asked for, and the list is put anew under the hand until the last one.
        page.keyboard.type("ced")
        expect(page).to_have_url(re.compile("q=ced"))
        expect(page.locator("#accounts-found")).to_contain_text("1 account of 12.")
        button = toggles(page, "Cedar Clinic").get_by_role("button", name="on")
        for _ in range(60):
            page.keyboard.press("Tab")
            if button.evaluate("each => each === document.activeElement"):
                break
        page.keyboard.press("Enter")
        expect(page.locator("#came")).to_contain_text("on, shadow → live.")
        # Where the hand was it still is: the list was put anew, and the button is the same to who sits there.
        expect(toggles(page, "Cedar Clinic").get_by_role("button", name="on")).to_be_focused()
        assert len(included()) == 1

    def test_keeps_the_reason_that_was_typed(self, operator):
        page = operator()
        page.goto("/migration/accounts/")
        page.get_by_label("Reason of what is pressed next").fill("the pilots")
        page.get_by_label("Find").fill("ced")
        expect(page.locator("#accounts-found")).to_contain_text("1 account of 12.")
        toggles(page, "Cedar Clinic").get_by_role("button", name="on").click()
        expect(page.locator("#came")).to_contain_text("shadow → live")
        assert AuditEvent.objects.latest("id").reason == "the pilots"
        expect(page.get_by_label("Reason of what is pressed next")).to_have_value("the pilots")

    def test_is_refused_with_the_reason_on_the_page(self, operator):
        page = operator()
        page.goto("/migration/accounts/?q=ced")
        toggles(page, "Cedar Clinic", "model-based-credits").get_by_role("button", name="on").click()
        expect(page.get_by_role("alert")).to_contain_text(f"is not in the cohort of {SELECTION}")


class TestFifty:
    def test_are_moved_by_one_change(self, operator):
        more_accounts(50)
        page = operator()
        page.goto("/migration/")
        hand = Hand(page)
        hand.click(page.get_by_role("navigation", name="Pages of the migration").get_by_role("link", name="Accounts"))
        expect(page.get_by_label("Find")).to_be_focused()
        hand.type("pil")
        expect(page.locator("#accounts-found")).to_contain_text("50 accounts of 62.")
        hand.click(page.get_by_label("All 50 of this filter"))
        page.get_by_label("under", exact=True).select_option(SELECTION)
        hand.clicks += 1
        hand.click(page.get_by_role("button", name="Look at what it would do"))
        expect(page.locator("main")).to_contain_text("50 shadow")
        expect(page.locator("main")).to_contain_text("50 live")
        assert not included()
        hand.click(page.get_by_label("Reason"))
        hand.type("pilots")
        before = AuditEvent.objects.count()
        hand.click(page.get_by_role("button", name="Set 50 accounts to on"))
        expect(page.locator("#proof")).to_contain_text("50 joined the candidate")
        assert (hand.work, len(included()), AuditEvent.objects.count()) == ((6, 9), 50, before + 1)

    @pytest.mark.legacy
    def test_are_chosen_by_their_boxes(self, operator):
        page = operator()
        page.goto("/migration/accounts/")
        for name in ("Cedar Clinic", "Amber Bakery"):
            page.get_by_label(f"Choose {name}").check()
        page.get_by_role("button", name="Look at what it would do").click()
        expect(page.locator("main")).to_contain_text("2 accounts: ")


class TestViewer:
    def test_can_change_nothing(self, new_page):
        user = person("vera-of-accounts", VIEWER)
        user.set_password(PASSWORD)
        user.save()
        page = new_page()
        page.goto("/admin/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        account = Account.objects.order_by("pk").first()
        for url in ("/migration/accounts/", f"/migration/accounts/{account.pk}/"):
            page.goto(url)
            expect(page.locator("main")).to_contain_text(account.name)
            assert page.locator("main").locator("button[name=to], input[type=checkbox], form[method=post]").count() == 0
        assert page.goto("/migration/move-accounts/").status == 403


class TestPages:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_stand_in_nobodys_way_at_any_width(self, operator, width):
        account = Account.objects.order_by("pk").first()
        Account.objects.filter(pk=account.pk).update(name=LONG[:100])
        page = operator(viewport={"width": width, "height": 900})
        own = f"/migration/accounts/{account.pk}/"
        for url in ("/migration/accounts/", own, f"{own}statement/", f"{own}charges/", f"{own}statement/print/"):
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.goto(url)
                if "print" not in url:
                    assert obstacles(page) == [], (url, theme)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, theme)
