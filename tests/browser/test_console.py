"""The console as an operator sees and uses it."""

from playwright.sync_api import expect

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.models import AuditEvent

from .pages import AXE

CREDITS = "model-based-credits"
FITS = {"width": 1440, "height": 900}


def everyone_on_the_candidate():
    for name in ("model-selection", CREDITS):
        change_flag(name=name, change=FlagChange(share_bps=10_000), actor="ada")


def a_charge_off_the_signed_price():
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
    CreditService.deduct_credits_for_operation(
        account=Account.objects.order_by("pk").first(),
        operation_type="clustering",
        model="gpt-5.1",
        usage=Usage(tokens_input=2_900, tokens_output=100),
        operation_id="test:off",
    )


def is_rolled_back(name=CREDITS):
    return load_snapshot().flags[name].everyone is False


def obstacles(page):
    """Return what axe finds in the page's own part that stops somebody: serious or worse."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run({include: ['#page-main', '#brakes', 'dialog[open]'].filter((at) => document.querySelector(at))}, "
        "{resultTypes: ['violations']})"
    )
    serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {node['html']}" for each in serious for node in each["nodes"]]


class TestOverview:
    def test_fits_its_screen_and_stands_in_nobodys_way(self, operator):
        everyone_on_the_candidate()
        a_charge_off_the_signed_price()
        page = operator(viewport=FITS)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.goto("/migration/")
            expect(page.locator("#held")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollHeight") == FITS["height"]
            assert obstacles(page) == []

    def test_has_the_brakes_first_on_a_phone(self, operator):
        everyone_on_the_candidate()
        page = operator(viewport={"width": 390, "height": 844})
        page.goto("/migration/")
        button = page.get_by_role("button", name="Roll back all")
        assert button.bounding_box()["y"] < 844 / 2
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert obstacles(page) == []

    def test_shows_a_mismatch_as_it_comes_and_keeps_focus_and_dialog(self, operator):
        everyone_on_the_candidate()
        page = operator(viewport=FITS)
        page.goto("/migration/")
        expect(page.get_by_text("Nothing needs a person")).to_be_visible()
        expect(page.locator("#held")).to_be_visible()
        page.locator("#to-rollouts").focus()
        # A second, and the time that the page takes: benchmarks/ has the figures.
        assert page.locator("#now").get_attribute("data-every") == "1"
        a_charge_off_the_signed_price()
        expect(page.get_by_text("1 discrepancy needs a review: 1 call.")).to_be_visible()
        expect(page.locator("#to-rollouts")).to_be_focused()
        expect(page.locator("#brakes")).to_contain_text("5 credits at risk, 1 charge off the signed price")
        page.get_by_role("button", name=f"Roll back {CREDITS}").click()
        with page.expect_response(lambda answer: "/overview/now/" in answer.url and answer.status == 200):
            change_flag(name="dynamic-model-choices", change=FlagChange(share_bps=1), actor="ada")
        expect(page.get_by_role("dialog")).to_be_visible()

    def test_asks_nothing_while_nobody_sees_it(self, operator):
        page = operator()
        page.goto("/migration/")
        expect(page.locator("#held")).to_be_visible()
        page.evaluate("Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})")
        page.wait_for_load_state("networkidle")
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        # Three times as long as a live part waits.
        page.wait_for_timeout(3_000)
        assert asked == []
        page.evaluate("Object.defineProperty(document, 'hidden', {get: () => false})")
        with page.expect_response(lambda answer: "/overview/now/" in answer.url):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


class TestRollback:
    def test_takes_two_clicks_from_any_page_and_asks_why_afterwards(self, operator):
        everyone_on_the_candidate()
        page = operator()
        page.goto("/migration/criteria/")
        page.get_by_role("button", name=f"Roll back {CREDITS}").click()
        page.get_by_role("button", name="Roll back now").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("What came of it")
        assert is_rolled_back()
        assert obstacles(page) == []
        page.keyboard.type("a wrong price")
        page.keyboard.press("Enter")
        expect(dialog).to_contain_text("On the trail: “a wrong price”")
        assert AuditEvent.objects.latest("id").reason == "a wrong price"

    def test_of_all_works_by_keyboard(self, operator):
        everyone_on_the_candidate()
        page = operator()
        page.goto("/migration/")
        page.get_by_role("button", name="Roll back all").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("What came of it")
        assert is_rolled_back()

    def test_works_from_a_page_that_is_older_than_the_session(self, operator):
        everyone_on_the_candidate()
        page = operator()
        page.goto("/migration/")
        # Signed in anew in another tab: the token of this page's forms is no longer the session's.
        page.context.clear_cookies(name="csrftoken")
        other = page.context.new_page()
        other.goto("/migration/brakes/")
        other.close()
        page.get_by_role("button", name=f"Roll back {CREDITS}").click()
        page.get_by_role("button", name="Roll back now").click()
        expect(page.get_by_role("dialog")).to_contain_text("What came of it")
        assert is_rolled_back()

    def test_after_the_session_has_ended_is_there_once_signed_in(self, operator):
        everyone_on_the_candidate()
        page = operator()
        page.goto("/migration/")
        page.context.clear_cookies(name="sessionid")
        page.get_by_role("button", name=f"Roll back {CREDITS}").click()
        page.get_by_role("button", name="Roll back now").click()
        expect(page.get_by_label("Password")).to_be_visible()
        assert "next=/migration/brakes/" in page.url
        assert not is_rolled_back()
