"""Every kind of page does its work under the content security policy; what it refuses fails the test (conftest)."""

import re

from django.urls import reverse
from playwright.sync_api import expect

from igny8_core.auth.models import Account

from .conftest import refused

PAGES = [
    "/migration/",
    "/migration/brakes/",
    "/migration/flags/",
    "/migration/seams/",
    "/migration/discrepancies/",
    "/migration/changes/",
    "/migration/evidence/",
    "/migration/forecast/",
    "/migration/heal/",
    "/migration/explanations/",
    "/migration/rollouts/",
    "/migration/rollouts/model-based-credits/",
    "/migration/rollouts/model-based-credits/start/",
    "/migration/trial-balance/",
    "/migration/criteria/",
    "/migration/errors/",
    "/migration/legacy/",
    "/migration/phases/4/",
    "/migration/phases/7/",
    "/migration/notices/",
    "/migration/flags/model-based-credits/",
    "/migration/flags/model-based-credits/account/",
    "/admin/",
    "/admin/igny8_auth/account/",
    "/admin/billing/aimodelconfig/",
    "/admin/billing/integrationprovider/openai/change/",
    "/admin/migration_harness/flag/",
    "/admin/migration_harness/auditevent/",
    "/admin/system/globalintegrationsettings/retired/",
    "/admin/password_change/",
    "/admin/second-factor/",
]


class TestOperatorsPage:
    def test_is_refused_nothing_and_asks_for_nothing_that_is_not_there(self, operator):
        page = operator()
        missed = missed_by(page)
        addresses = [*PAGES, reverse("admin:igny8_auth_account_change", args=[Account.objects.latest("pk").pk])]
        statuses = {address: page.goto(address, wait_until="networkidle").status for address in addresses}
        assert statuses == dict.fromkeys(addresses, 200)
        assert missed == []

    def test_opens_its_menu_and_switches_its_theme(self, operator):
        page = operator()
        page.goto("/migration/")
        page.locator("[x-on\\:click='openUserLinks = !openUserLinks']").click()
        for theme in ("Dark", "Light"):
            page.locator("[x-on\\:click^='switchTheme']", has_text=theme).click()
            expect(page.locator("html")).to_have_class(re.compile(rf"\b{theme.lower()}\b"))

    def test_has_its_colours(self, operator):
        page = operator()
        page.goto("/migration/")
        colour = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--color-primary-600')")
        assert colour.startswith("oklch(55.5%")


def missed_by(page):
    """Return a list that fills with what a page asks for in vain: as the network has it, and as the browser's log does.

    What a browser asks for by itself, an icon or the source of a script, is in its log alone.
    """
    missed = []
    log = page.context.new_cdp_session(page)
    log.send("Log.enable")
    log.on("Log.entryAdded", lambda told: missed.extend(_in_vain(told["entry"])))
    page.on("response", lambda found: missed.append(f"{found.status} {found.url}") if found.status >= 400 else None)
    page.on("requestfailed", lambda asked: missed.append(f"{asked.failure} {asked.url}"))
    return missed


def _in_vain(entry):
    return [f"{entry['text']} {entry.get('url', '')}"] if entry["level"] == "error" else []


class TestPageOfAnApi:
    def test_of_operators_unfolds_an_endpoint(self, operator):
        self.unfold(operator(), "/api/v1/migration/docs/")

    def test_of_customers_unfolds_an_endpoint(self, customer):
        cora = customer()
        cora.sign_in()
        cora.sees_heading("Models of Blue Harbour blog")
        self.unfold(cora.page, "/api/v1/docs/")

    def unfold(self, page, address):
        page.goto(address)
        page.locator(".opblock-summary-get").first.click()
        expect(page.locator(".opblock-body").first).to_be_visible()


class TestPolicy:
    def test_keeps_a_script_of_somebody_else_from_running(self, chromium, live_server):
        """The twin of the others: what they look for is seen where it is."""
        page = chromium.new_page(base_url=live_server.url)
        told = []
        page.on("console", lambda message: told.append(message.text))
        page.goto("/admin/login/")
        page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "window.owned = true";
            document.body.append(script);
        }""")
        assert page.evaluate("window.owned") is None
        page.close()
        assert [each for each in told if refused(each)]
