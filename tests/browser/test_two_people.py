"""What one person cannot do alone, as both of them see it; and what the plan refuses both."""

import pytest
from playwright.sync_api import expect

from migration_harness.control import gating
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.models import Approval, AuditEvent, Rollout
from migration_harness.rollout import gatekeeper
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.ticking import tick
from tests.integration.rollout.walking.parts import FakeGuard
from tests.waiting import until

from .test_console import CREDITS

REQUIRED = "model-selection"


def share():
    return load_snapshot().flags[CREDITS].share_bps


def rollout():
    """The rollout as the next look of beat finds it."""
    tick()
    return Rollout.objects.get()


@pytest.fixture
def short_soaks(settings, monkeypatch):
    """A day of a second, and one guard, which holds."""
    settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": 1}
    monkeypatch.setattr(chosen, "guards_for", lambda _flag: [FakeGuard("errors")])
    monkeypatch.setattr(chosen, "dry_for", lambda _flag: frozenset())


@pytest.fixture
def asked_gates(monkeypatch):
    """The gatekeeper of the plan answers, as in production."""
    monkeypatch.setattr(gating, "_gatekeepers", [gatekeeper.admission])


class TestStepOfARollout:
    def test_is_approved_by_another_person_than_asked_and_then_taken(self, colleague, short_soaks):
        (ada, hers), (grace, her_colleagues) = colleague("ada"), colleague("grace")
        change_flag(name=REQUIRED, change=FlagChange(everyone=True), actor=ada)
        starts_a_rollout(hers, steps="25, 100", approve_before="100")
        assert share() == 2_500
        until(lambda: rollout().held == "approval")
        number = Approval.objects.get().pk

        hers.goto(f"/migration/rollouts/{CREDITS}/")
        expect(hers.locator("#page-main")).to_contain_text(f"It awaits approval {number}")
        hers.goto(f"/migration/approvals/{number}/")
        expect(hers.get_by_role("link", name="Withdraw…")).to_be_visible()
        expect(hers.get_by_role("link", name="Approve…")).to_have_count(0)
        assert rollout().position == 0

        her_colleagues.goto("/migration/approvals/")
        her_colleagues.get_by_role("link", name=f"{number}", exact=True).click()
        expect(her_colleagues.locator("#page-main")).to_contain_text(f"Asked by {ada}")
        her_colleagues.get_by_role("link", name="Approve…").click()
        her_colleagues.get_by_label("Reason").fill("the first step was quiet")
        her_colleagues.get_by_role("button", name="Approve").click()
        expect(her_colleagues.locator("#page-main")).to_contain_text(f"{grace}")
        until(lambda: rollout().position == 1)
        assert share() == 10_000

        hers.goto("/migration/approvals/")
        expect(hers.locator("#page-main")).to_contain_text(grace)
        said = AuditEvent.objects.filter(reason="the first step was quiet").values_list("actor", flat=True)
        assert list(said) == [grace]


class TestForwardChange:
    def test_is_refused_on_the_way_from_the_admin_with_the_sentence_of_the_gate(self, colleague, asked_gates):
        _, page = colleague("olga")
        page.goto("/admin/migration_harness/flag/")
        page.get_by_role("link", name=CREDITS).click()
        way = page.get_by_role("link", name=f"page of {CREDITS}")
        expect(way).to_be_visible()
        expect(page.locator("[name=csrfmiddlewaretoken]").first).to_be_attached()
        # Nothing there to change, nor by a form that somebody has made.
        expect(page.locator("#content-main input[type=submit], #content-main button[type=submit]")).to_have_count(0)
        assert posted(page, share_bps="10000", everyone="True") == 403
        way.click()
        page.get_by_label("Share").fill("50")
        page.locator("form[action$='/share/']").get_by_role("button", name="Look at what it would do").click()
        alert = page.locator("#page-main")
        expect(alert).to_contain_text("The plan does not allow this yet: it would be refused.")
        expect(alert).to_contain_text("No forecast has been made.")
        expect(page.get_by_role("button", name="Pass closed gates")).to_have_count(0)
        page.get_by_role("button", name="Set the share to 50 %").click()
        expect(alert).to_contain_text("No forecast has been made.")
        assert share() == 0


def starts_a_rollout(page, *, steps, approve_before):
    """Fill in the form of a rollout, look at who would be in each step, and start it."""
    page.goto(f"/migration/rollouts/{CREDITS}/start/")
    page.get_by_label("Steps, in percent").fill(steps)
    page.get_by_label("Soak of each step").fill("1d")
    page.get_by_label("Comparisons that each step needs").fill("0")
    page.get_by_label("Another person approves before").fill(approve_before)
    page.get_by_role("button", name="Look at what it would do").click()
    page.get_by_role("button", name="Start it").click()
    expect(page.locator("#page-main")).to_contain_text("running")


def posted(page, **fields):
    """Send a form to the page that is open, as it would send its own; returns the status of the answer."""
    return page.evaluate(
        """async (fields) => {
            const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
            const body = new URLSearchParams({...fields, csrfmiddlewaretoken: token});
            return (await fetch(location.href, {method: 'POST', body})).status;
        }""",
        fields,
    )
