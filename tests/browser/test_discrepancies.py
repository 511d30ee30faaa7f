"""A discrepancy as an operator finds it, reads why, and acknowledges it, by keys; each key is counted."""

import pytest
from playwright.sync_api import expect

from migration_harness import queries

from .test_console import a_charge_off_the_signed_price, everyone_on_the_candidate, obstacles

pytestmark = pytest.mark.legacy
WIDTHS = (1440, 390)


@pytest.fixture
def inbox(operator):
    everyone_on_the_candidate()
    a_charge_off_the_signed_price()
    page = operator()
    page.goto("/migration/discrepancies/")
    return page


class TestInbox:
    def test_leads_to_the_reason_and_to_a_review_by_three_keys_and_a_reason(self, inbox):
        inbox.keyboard.press("j")
        expect(inbox.locator("a[id^=d-]").first).to_be_focused()
        inbox.keyboard.press("Enter")
        cause = inbox.get_by_role("region", name="Probable cause")
        expect(cause).to_contain_text("tokens per credit of gpt-5.1: 700, signed are 1,000")
        inbox.keyboard.press("a")
        inbox.keyboard.type("the row is being corrected")
        inbox.get_by_role("button", name="Acknowledge").click()
        expect(inbox.get_by_text("open → acknowledged.")).to_be_visible()
        assert "acknowledged" in {each.state for each in queries.discrepancies()}

    def test_tells_its_keys_and_what_is_typed_is_no_key(self, inbox):
        inbox.keyboard.press("/")
        inbox.keyboard.type("j?")
        expect(inbox.get_by_label("Find")).to_have_value("j?")
        inbox.get_by_label("Find").blur()
        inbox.keyboard.press("?")
        expect(inbox.get_by_role("dialog", name="Keys")).to_be_visible()

    @pytest.mark.parametrize("width", WIDTHS)
    def test_and_a_discrepancy_stand_in_nobodys_way(self, inbox, width):
        inbox.set_viewport_size({"width": width, "height": 900})
        assert obstacles(inbox) == []
        inbox.locator("a[id^=d-]").first.click()
        expect(inbox.get_by_role("region", name="Probable cause")).to_be_visible()
        assert obstacles(inbox) == []
        assert inbox.evaluate("document.documentElement.scrollWidth") <= width
