"""The page of a phase, and what is done there."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from igny8_core.auth.models import User
from migration_harness.control import gating
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent, ChecklistTick, ExternalAnswer, Flag, OutsidePlan, PhaseAdvance
from migration_harness.rollout import gatekeeper
from migration_harness.rollout.gates import facts
from migration_harness.rollout.revision import Revision
from tests.people import person, trusted

from ..operator_api.phased import FLAG
from ..rollout.conftest import HERE, green
from .browser import HOSTILE, OVERVIEW, confirm, flag_page, form_in, words


def page_of(number):
    return f"/migration/phases/{number}/"


@pytest.fixture
def small(demo, settings, monkeypatch):
    """The plan of two phases, of which finance answers a gate; the gatekeeper answers as in production."""
    settings.HARNESS = settings.HARNESS | {"PLAN": "tests.integration.operator_api.phased.PLAN"}
    monkeypatch.setattr(gating, "_gatekeepers", [gatekeeper.admission])
    monkeypatch.setattr(facts, "running_revision", lambda: HERE)


@pytest.fixture
def olga(small, client):
    """A browser in which somebody is signed in who may operate and pass nothing."""
    client.force_login(trusted("olga"))
    return client


@pytest.fixture
def root(small, client):
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


def answered(*, is_open=True, **changed):
    now = timezone.now()
    row = {"sentence": "Agreed.", "actor": "fin", "at": now, "expires_at": now + timedelta(hours=1)} | changed
    ExternalAnswer.objects.create(phase=1, gate="finance", is_open=is_open, **row)


def gates_in(page):
    """Return what the page says of each gate: its label's sign and word, its name, and where its links lead."""
    soup = BeautifulSoup(page.content, "html.parser")
    return [
        (
            " ".join(row.select_one(".label").get_text().split()),
            row.select_one("b").get_text(),
            [link["href"] for link in row.select("a")],
        )
        for row in soup.select("table.gates tbody tr")
    ]


class TestPage:
    def test_says_of_each_gate_by_sign_and_word_what_it_answers_why_and_what_opens_it(self, olga):
        page = olga.get(page_of(2))
        assert gates_in(page) == [
            ("? unknown", "tests", [f"{page_of(2)}#tests"]),
            ("✗ closed", "checklist", [f"{page_of(2)}#checklist"]),
        ]
        told = words(page)
        assert "No run of the tests is recorded after phase 1 or phase 2." in told
        assert "python manage.py harness verify 1" in told
        assert ("Entering: 0 of 1 open" in told, "Leaving: 0 of 1 open" in told) == (True, True)
        assert ("medium" in told, "roll back" in told, "○ pending" in told) == (True, True, True)

    def test_leads_to_what_a_gate_rests_on_and_to_no_other_scheme(self, olga):
        answered(link="https://finance.example/7")
        assert gates_in(olga.get(page_of(1))) == [("✓ open", "finance", ["https://finance.example/7"])]
        for link in ("javascript:alert(1)", "//finance.example/7"):
            answered(link=link)
            assert gates_in(olga.get(page_of(1))) == [("✓ open", "finance", [])]

    def test_shows_what_somebody_outside_wrote_as_text(self, olga):
        answered(is_open=False, sentence=HOSTILE, actor=HOSTILE)
        html = olga.get(page_of(1)).content.decode()
        assert HOSTILE not in html

    def test_has_a_main_part_and_leads_to_its_flags(self, olga):
        soup = BeautifulSoup(olga.get(page_of(2)).content, "html.parser")
        (main,) = soup.select("main")
        assert flag_page(FLAG) in [link["href"] for link in main.select("a")]

    def test_of_a_phase_that_the_plan_does_not_have_says_which_it_has(self, olga):
        for path in ("", "advance/", "reopen/", "checklist/1/"):
            page = olga.get(f"{page_of(9)}{path}")
            assert (page.status_code, "The plan has no phase 9. Its phases: 1, 2." in words(page)) == (404, True)

    def test_offers_nothing_to_who_only_looks(self, small, client):
        client.force_login(person("vic", "Migration viewer"))
        page = client.get(page_of(2))
        assert page.status_code == 200
        assert [text for text in ("Close the phase…", "Tick it off…") if text in words(page)] == []

    def test_is_where_the_overview_and_the_flag_lead(self, olga):
        told = words(olga.get(f"{OVERVIEW}?asked"))
        assert ("0 of 1 gates open" in told, "0 of 2 gates open" in told) == (True, True)
        for page in (OVERVIEW, flag_page(FLAG)):
            assert f'href="{page_of(2)}"' in olga.get(page).content.decode()


class TestClosing:
    def test_is_refused_with_each_gates_sentence_before_and_when_it_is_tried(self, olga):
        asked = olga.get(f"{page_of(1)}advance/")
        assert "The plan does not allow this yet" in words(asked)
        address, fields = form_in(asked)
        refused = olga.post(address, fields)
        assert refused.status_code == 409
        for page in (asked, refused):
            told = words(page)
            assert "Gate finance is unknown: Nobody has answered yet." in told
            assert "Gate tests is unknown" in told
            assert "--override" not in told
            assert "A superuser may pass all the same" in told
            assert "Pass closed gates" not in told
            links = [link["href"] for link in BeautifulSoup(page.content, "html.parser").select(".of-phase a")]
            assert links == [page_of(1), page_of(2)]
        assert not PhaseAdvance.objects.exists()

    def test_makes_the_next_one_active_and_is_taken_back(self, olga):
        answered()
        green(1)
        page = confirm(olga, f"{page_of(1)}advance/", reason="as agreed")
        assert "Phase 1 (Tables) is closed. Phase 2 (The switch) is active." in words(page)
        assert "by olga" in words(page)
        page = confirm(olga, f"{page_of(1)}reopen/", reason="too early")
        assert "Phase 1 is open again." in words(page)
        assert PhaseAdvance.objects.get().undone_by == "olga"

    def test_past_closed_gates_is_a_superusers_with_a_reason_and_shown_until_it_is_undone(self, root):
        assert "Pass closed gates, outside of the plan" in words(root.get(f"{page_of(1)}advance/"))
        refused = confirm(root, f"{page_of(1)}advance/", override="on")
        assert (refused.status_code, "needs a reason" in words(refused)) == (400, True)
        page = confirm(root, f"{page_of(1)}advance/", override="on", reason="the auditor agrees")
        told = words(page)
        assert "Outside of the plan, until it is undone" in told
        assert "Gate finance is unknown: Nobody has answered yet." in told
        assert "the auditor agrees" in told
        assert "Outside of the plan" not in words(confirm(root, f"{page_of(1)}reopen/"))

    def test_past_closed_gates_is_nobody_elses(self, olga):
        assert confirm(olga, f"{page_of(1)}advance/", override="on", reason="x").status_code == 403
        assert not PhaseAdvance.objects.exists()


class TestChecklist:
    def test_is_ticked_and_unticked_there(self, olga):
        page = confirm(olga, f"{page_of(2)}checklist/2/", note="with Ann")
        assert ("with Ann" in words(page), ChecklistTick.objects.get().actor) == (True, "olga")
        assert "Not done after all: Roll it back and forward once?" in words(olga.get(f"{page_of(2)}checklist/2/"))
        confirm(olga, f"{page_of(2)}checklist/2/")
        assert ChecklistTick.objects.get().unticked_by == "olga"
        assert AuditEvent.objects.latest("id").action == "untick checklist"

    def test_that_a_colleague_has_ticked_meanwhile_is_shown_anew(self, olga):
        url = f"{page_of(2)}checklist/1/"
        address, fields = form_in(olga.get(url))
        confirm(olga, url)
        page = olga.post(address, fields)
        assert (page.status_code, "somebody has decided since you looked" in words(page)) == (409, True)
        assert ChecklistTick.objects.get().unticked_at is None

    def test_has_no_other_item(self, olga):
        assert olga.get(f"{page_of(2)}checklist/3/").status_code == 404


class TestFlagPastItsGates:
    """What a person is told of a change forward, on its preview and when it is tried."""

    URL = f"{flag_page(FLAG)}share/?percent=5"

    def test_is_refused_with_sentences_and_links(self, olga):
        asked = olga.get(self.URL)
        address, fields = form_in(asked)
        refused = olga.post(address, fields)
        assert (asked.status_code, refused.status_code) == (200, 409)
        for page in (asked, refused):
            told = words(page)
            assert "Phase 2 (The switch) comes after phase 1 (Tables), which is active" in told
            assert "Gate tests is unknown" in told
            assert ("--override" in told, "Pass closed gates" in told) == (False, False)
            assert f'href="{page_of(2)}"' in page.content.decode()

    def test_is_refused_where_a_rollback_is_taken_back(self, olga):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gating, "_gatekeepers", [lambda _: gating.Admission()])
            change_flag(name=FLAG, change=FlagChange(share_bps=500), actor="x")
        change_flag(name=FLAG, change=FlagChange(everyone=False), actor="x")
        assert "Gate tests is unknown" in words(olga.get(f"{flag_page(FLAG)}return/"))

    @pytest.mark.parametrize("url", ["share/?percent=0", "account/?account=1&membership=on", "rollback/"])
    def test_of_what_no_gate_stops_says_nothing(self, olga, url):
        assert "The plan does not allow" not in words(olga.get(f"{flag_page(FLAG)}{url}"))

    def test_is_passed_by_a_superuser_with_a_reason(self, root):
        assert "needs a reason" in words(confirm(root, self.URL, override="on"))
        page = confirm(root, self.URL, override="on", reason="the auditor agrees")
        assert (page.status_code, Flag.objects.get(name=FLAG).share_bps) == (200, 500)
        assert OutsidePlan.objects.get().reason == "the auditor agrees"
        assert f"{FLAG} went past gates that were not open" in words(root.get(page_of(2)))


class TestBrokenGate:
    def test_is_unknown_and_says_so(self, olga, monkeypatch):
        def fail():
            raise RuntimeError("no disk")

        monkeypatch.setattr(facts, "running_revision", fail)
        green(1)
        told = words(olga.get(page_of(2)))
        assert "The gate could not be asked: RuntimeError: no disk." in told

    def test_of_a_revision_that_nobody_knows_says_what_to_do(self, olga, monkeypatch):
        monkeypatch.setattr(facts, "running_revision", lambda: Revision(name="", remedy="Name it."))
        green(1)
        assert "Nobody can say which revision runs here. Name it." in words(olga.get(page_of(2)))
