"""What a customer does and sees, so that a test reads as a person would tell it."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import expect

AXE = Path(settings.BASE_DIR, "frontend", "node_modules", "axe-core", "axe.min.js")


class Customer:
    """A customer at a browser."""

    def __init__(self, page, *, user, password):
        self.page = page
        self.user = user
        self.password = password

    def sign_in(self, *, password=None, at="/app/"):
        self.page.goto(at)
        self.page.get_by_label("Username").fill(self.user.username)
        self.page.get_by_label("Password").fill(password or self.password)
        self.page.get_by_role("button", name="Sign in").click()

    def sees_heading(self, text):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)
        expect(self.page.get_by_role("heading", level=1)).to_be_focused()

    def group(self, name):
        return self.page.get_by_role("group", name=name)

    def option(self, name):
        return self.page.get_by_role("radio", name=name, exact=True)

    def labels(self, group):
        """Return the labels of a group's options, as they are on the page."""
        expect(self.group(group).get_by_role("radio").first).to_be_visible()
        return self.group(group).locator("label").all_inner_texts()

    def choose(self, name):
        self.option(name).check()

    def save(self):
        self.page.get_by_role("button", name="Save").click()

    def is_told(self, text):
        expect(self.page.get_by_role("status")).to_have_text(text)

    def is_alerted(self, text):
        expect(self.page.get_by_role("alert")).to_contain_text(text)

    def obstacles(self):
        """Return what axe finds in the way of people who use the page by ear, by keyboard or with weak eyes."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]

    def overflow_px(self):
        """Return how far the page is wider than its window, in pixels."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
