"""The pages of the migration's end, as operators see them in a browser."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from dashboards.completion.links import links_of
from igny8_core.migration_plan import PLAN
from igny8_core.success_criteria import CRITERIA as LINES
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.rollout.criteria import answering
from migration_harness.rollout.criteria.criterion import Criterion, GateOpen
from migration_harness.rollout.criteria.met import met, unknown, unmet

from ..errors.parts import an_error, covered
from .browser import CREDITS, words

CRITERIA = reverse("dashboards:criteria")
ERRORS = reverse("dashboards:errors")


@pytest.fixture
def answers(demo, monkeypatch):
    """Have every line answered as a test says; a line that it does not name holds."""

    def answers(**named):
        by_asks = {line.asks: named.get(line.name, met("It holds.")) for line in LINES}
        lines = {asks[0]: found for asks, found in by_asks.items()}
        monkeypatch.setattr(answering, "_answer", lambda question, **_: lines.get(question, met("It holds.")))

    return answers


@pytest.fixture
def no_end(monkeypatch):
    """A plan that does not say when it is complete."""
    monkeypatch.setattr(answering, "plan", lambda: replace(PLAN, criteria=()))


def lines_in(response):
    rows = BeautifulSoup(response.content, "html.parser").select(".criteria tbody tr")
    return {row.select_one(".sub").get_text(): row.select_one(".label").get_text(" ", strip=True) for row in rows}


class TestCriteria:
    def test_of_the_demo_say_what_is_missing(self, operator, demo):
        response = operator.get(CRITERIA)
        text, lines = words(response), lines_in(response)
        assert "The migration is not complete: " in text
        assert set(lines) == {line.name for line in LINES}
        assert lines["frontend"] == "✗ missing"
        assert "harness flag dynamic-model-choices" in text

    def test_tell_what_is_unknown_from_what_is_missing(self, operator, answers):
        answers(
            tests=unmet("3 failed.", remedy="python manage.py harness verify 7"),
            quiet=unknown("No process has told.", remedy="Wait"),
        )
        response = operator.get(CRITERIA)
        lines, page = lines_in(response), BeautifulSoup(response.content, "html.parser")
        assert (lines["tests"], lines["quiet"], lines["credits"]) == ("✗ missing", "? unknown", "✓ met")
        assert f"not complete: 2 of {len(LINES)} lines do not hold" in words(response)
        assert [code.get_text() for code in page.select(".criteria code")] == ["python manage.py harness verify 7"]
        assert "Wait" in words(response)

    def test_say_that_it_is_complete(self, operator, answers):
        answers()
        response = operator.get(CRITERIA)
        assert "✓ The migration is complete" in words(response)
        assert set(lines_in(response).values()) == {"✓ met"}

    def test_lead_to_what_they_rest_on(self, operator, demo):
        page = BeautifulSoup(operator.get(CRITERIA).content, "html.parser")
        found = {link["href"] for link in page.select(".criteria a")}
        assert {
            ERRORS,
            reverse("dashboards:evidence"),
            reverse("dashboards:flag", args=["ai-models-endpoint"]),
        } <= found

    def test_show_a_plan_without_an_end(self, operator, demo, no_end):
        text = words(operator.get(CRITERIA))
        assert "? The plan has no end ✗ The plan does not say when it is complete" in text

    def test_ask_as_many_queries_whatever_was_logged(self, queries_of, demo):
        few = queries_of(CRITERIA)
        for number in range(20):
            an_error(timezone.now(), event=f"shop.refused_{number}")
        assert queries_of(CRITERIA) == few


class TestLinks:
    @pytest.mark.parametrize("gate", sorted({gate for phase in PLAN.phases for gate in phase.gates}))
    def test_of_every_gate_of_the_plan_lead_to_a_page(self, operator, demo, gate):
        links = links_of(Criterion(name="x", words="x", asks=(GateOpen(gate=gate),)))
        assert {operator.get(link.address).status_code for link in links} <= {200}

    def test_are_named_once(self):
        twice = Criterion(name="x", words="x", asks=(GateOpen(gate="bound"), GateOpen(gate="comparisons")))
        addresses = [link.address for link in links_of(twice)]
        assert (addresses.count(reverse("dashboards:evidence")), len(addresses)) == (1, len(set(addresses)))


class TestErrors:
    def test_are_unknown_where_no_process_told(self, operator, demo):
        text = words(operator.get(ERRORS))
        assert "the last 7 days ? unknown No process has told of its errors" in text
        assert "No error was kept in these days." in text

    def test_are_shown_by_day_the_newest_first(self, operator, demo):
        now = timezone.now()
        an_error(now - timedelta(days=2), event="shop.refused", times=1_200)
        an_error(now, event="shop.closed")
        text = words(operator.get(ERRORS))
        assert "the last 7 days ✗ not quiet" in text
        assert text.index("shop.closed") < text.index(f"{now - timedelta(days=2):%Y-%m-%d}: 1,200 errors")
        assert f"{now:%Y-%m-%d}: 1 error " in text

    def test_say_how_many_days_were_quiet_since_a_flag_moved_anybody(self, operator, demo):
        now = timezone.now()
        covered(now - timedelta(days=8), now)
        change_flag(name=CREDITS, change=FlagChange(share_bps=100), actor="ada")
        text = words(operator.get(ERRORS))
        assert "the last 7 days ✓ quiet" in text
        assert "Quiet days so far ✗ not quiet Quiet for 0 of 7 days since " in text

    def test_ask_as_many_queries_however_many_came(self, queries_of, demo):
        few = queries_of(ERRORS)
        for number in range(30):
            an_error(timezone.now() - timedelta(hours=number), event=f"shop.refused_{number}")
        assert queries_of(ERRORS) == few
