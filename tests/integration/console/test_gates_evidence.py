"""Where the gates and the lines of the end lead: every link opens, and shows what was spoken of."""

from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from igny8_core.modules.system.choices_gate import ChoicesMapped
from migration_harness.models import Drift, LegacyEntry, LegacyExecution, MarkedRevision, TestRun, VerifiedBackup
from migration_harness.plan import GateName, plan
from migration_harness.rollout.gates.asking import ask_both
from migration_harness.tombstones.cells import Purpose
from tests.people import trusted

from ..rollout.conftest import green
from .browser import words

PHASES = [phase.number for phase in plan().phases]
CRITERIA = reverse("dashboards:criteria")

SPEAKS_OF = {
    GateName.TESTS: "Runs of the tests",
    GateName.COMPARISONS: "comparisons",
    GateName.BOUND: "bound",
    GateName.DISCREPANCIES: "needs a review",
    GateName.LATENCY: "evidence",
    GateName.SILENCE: "evidence",
    GateName.STORES: "reached one store only",
    GateName.QUIET: "Quiet days so far",
    GateName.FORECAST: "forecast",
    GateName.LEGACY_UNUSED: "Legacy code in the last",
    GateName.CHECKLIST: "Checklist",
    GateName.BACKUP: "Backups that were tried out",
    GateName.TRIAL_BALANCE: "Trial balance",
    GateName.LAWS: "Operations that were recorded",
    ChoicesMapped.name: "Retired choices",
}
"""What is said on the page that a gate leads to."""


@pytest.fixture
def operator(client, demo):
    """A browser in which an operator is signed in, who is no superuser."""
    client.force_login(trusted("olga"))
    return client


@pytest.fixture
def opened(operator):
    """Return the part of the page that an address leads to, as it is read. Each page is asked for once."""

    @cache
    def page_at(path):
        page = operator.get(path)
        assert page.status_code == 200, path
        return page, BeautifulSoup(page.content, "html.parser")

    def opened(address):
        parts = urlsplit(address)
        page, soup = page_at(parts.path)
        if not parts.fragment:
            return words(page)
        found = soup.find(id=parts.fragment)
        assert found is not None, f"{parts.path} has no part {parts.fragment}"
        return " ".join(found.get_text(" ").split())

    return opened


class TestGate:
    @pytest.mark.legacy
    @pytest.mark.parametrize("number", PHASES)
    def test_leads_to_a_page_with_what_it_speaks_of(self, opened, demo, number):
        answers = ask_both(plan().phase(number))
        assert [found.name for found in answers if not found.answer.evidence] == []
        for found in answers:
            shown = opened(found.answer.evidence).lower()
            assert SPEAKS_OF[found.name].lower() in shown, found.answer.evidence

    def test_is_every_one_of_the_plan(self, demo):
        assert {found.name for number in PHASES for found in ask_both(plan().phase(number))} == set(SPEAKS_OF)

    @pytest.mark.parametrize("number", PHASES)
    def test_is_a_part_of_the_page_of_its_phase(self, opened, demo, number):
        for found in ask_both(plan().phase(number)):
            shown = opened(f"{reverse('dashboards:phase', args=[number])}#gate-{found.name}")
            assert found.words in shown

    def test_of_the_tests_leads_to_the_run_that_it_judges(self, opened, demo):
        """The run may have been recorded after the phase before."""
        run = green(3, failed=2, actor="ada", source="report.xml")
        (found,) = (
            each for each in ask_both(plan().phase(4)) if each.name == GateName.TESTS and each.way == "entering"
        )
        shown = opened(found.answer.evidence)
        assert (run.revision in shown, "report.xml" in shown, "ada" in shown) == (True, True, True)
        assert "after phase 3" not in shown

    def test_of_the_stores_leads_to_the_seam_that_drifted(self, opened, operator, demo):
        Drift.objects.create(
            seam="keys.store", key="openai", account_id="", authoritative="control", stage="live", epoch=1,
            at=timezone.now(),
        )  # fmt: skip
        found = next(each for each in ask_both(plan().phase(3)) if each.name == GateName.STORES)
        assert "keys.store" in found.answer.sentence
        parts = urlsplit(found.answer.evidence)
        assert opened(found.answer.evidence) == "! 1 write has reached one store only"
        assert "keys.store integration-provider-keys 1" in words(operator.get(parts.path))

    def test_of_a_backup_leads_to_those_that_were_tried_out(self, opened, demo):
        VerifiedBackup.objects.create(
            path="/backups/legacy.bak", host="db1", backup="b", sha256="0" * 64, key="k", made_at=timezone.now(),
            made_by="ada", schema={}, parts={}, rows=1_234, equal=False, differences={}, untried=[], actor="bob",
            at=timezone.now(), seconds=1.0,
        )  # fmt: skip
        (found,) = (each for each in ask_both(plan().phase(7)) if each.name == GateName.BACKUP)
        shown = opened(found.answer.evidence)
        assert ("/backups/legacy.bak" in shown, "1,234" in shown, "is not what the tables had" in shown) == (
            True, True, True,
        )  # fmt: skip


class TestLegacyInUse:
    def test_names_who_called_it(self, operator, demo):
        now = timezone.now()
        MarkedRevision.objects.create(revision="r1", first_at=now - timedelta(days=1), last_at=now)
        LegacyEntry.objects.create(
            entry="shop.legacy.price", revision="r1", kind="function", owner="ada", since=now.date(), reason="Old.",
            first_at=now, last_at=now,
        )  # fmt: skip
        LegacyExecution.objects.create(
            day=now.date(), entry="shop.legacy.price", purpose=Purpose.ANSWER.value, execution_path="manual",
            revision="r1", caller="shop/views.py:12 buy", times=3, first_at=now, last_at=now,
        )  # fmt: skip
        text = words(operator.get(reverse("dashboards:legacy")))
        assert "✗ used" in text
        assert "shop/views.py:12 buy manual 3" in text

    def test_says_that_nobody_knows_where_nothing_told(self, operator, demo):
        text = words(operator.get(reverse("dashboards:legacy")))
        assert ("? unknown" in text, "No process has told of a legacy entry." in text) == (True, True)

    def test_asks_as_many_queries_however_often_it_was_called(self, queries_of, demo):
        now = timezone.now()
        MarkedRevision.objects.create(revision="r1", first_at=now, last_at=now)

        def marked(numbers):
            for number in numbers:
                LegacyEntry.objects.create(
                    entry=f"shop.legacy.price_{number}", revision="r1", kind="function", owner="ada",
                    since=now.date(), reason="Old.", first_at=now, last_at=now,
                )  # fmt: skip

        marked(range(1))
        few = queries_of(reverse("dashboards:legacy"))
        marked(range(1, 30))
        assert queries_of(reverse("dashboards:legacy")) == few


class TestLinesOfTheEnd:
    @pytest.mark.legacy
    def test_lead_to_pages_that_open(self, opened, operator, demo):
        page = BeautifulSoup(operator.get(CRITERIA).content, "html.parser")
        rows = {row.select_one(".sub").get_text(): row for row in page.select(".criteria tbody tr")}
        assert [name for name, row in rows.items() if not row.select("a")] == []
        for row in rows.values():
            for link in row.select("a"):
                assert opened(link["href"]), link["href"]

    def test_that_ask_a_gate_lead_to_the_phases_that_have_it(self, operator, demo):
        page = BeautifulSoup(operator.get(CRITERIA).content, "html.parser")
        found = [link["href"] for link in page.select(".criteria a")]
        assert "/migration/phases/7/#gate-tests" in found
        asked = [
            f"/migration/phases/{each.number}/#gate-checklist" for each in plan().phases if "checklist" in each.gates
        ]
        assert [each for each in asked if each not in found] == []


class TestRuns:
    def test_are_the_newest_on_the_page_of_the_phase(self, opened, demo):
        for number in range(7):
            green(1, revision=f"{number}" * 40)
        shown = opened("/migration/phases/1/#tests")
        assert [number for number in range(7) if f"{number}" * 40 in shown] == [2, 3, 4, 5, 6]
        assert TestRun.objects.count() == 7
