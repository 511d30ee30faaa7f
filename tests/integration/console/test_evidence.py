"""The page of evidence windows, as operators see it in a browser."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from igny8_core.migration_plan import EXPECTED
from migration_harness import queries
from migration_harness.plan import Phase

from ..evidence_rows import compared
from .browser import OVERVIEW, words

EVIDENCE = reverse("dashboards:evidence")


def row_of(response, name):
    """Return the cells of the row that begins with this name, by their column."""
    page = BeautifulSoup(response.content, "html.parser")
    (row,) = (each for each in page.select("tbody tr") if each.td.get_text(" ", strip=True).startswith(name))
    return {cell["data-label"]: cell.get_text(" ", strip=True) for cell in row.select("td")}


def enough():
    """Compare what opens both gates of every phase that has them."""
    for phase in queries.evidence_by_phase():
        for seam in phase.seams:
            compared(600, seam=seam.name, operation="other")
    for each in EXPECTED:
        seam = "credits.image" if each.operation == "image_generation" else "credits.text"
        compared(200, seam=seam, path=each.execution_path.value, operation=each.operation, model=each.model)


class TestEvidencePage:
    def test_is_linked_from_the_overview(self, operator, demo):
        assert f'href="{EVIDENCE}"' in operator.get(OVERVIEW).content.decode()

    def test_says_that_nothing_is_known_where_nothing_was_compared(self, operator, demo):
        row = row_of(operator.get(EVIDENCE), "credits.text")
        assert (row["Answer"], row["At most"], row["Since"]) == ("? unknown", "–", "–")
        assert row["What that says"].startswith("Nothing that counts has been compared in this window.")

    def test_shows_the_bound_of_a_seam_with_its_sentence(self, operator, demo):
        compared(600)
        row = row_of(operator.get(EVIDENCE), "credits.text")
        assert (row["Answer"], row["Compared"], row["Failures"], row["At most"]) == ("✓ open", "600", "0", "0.85 %")
        assert row["What that says"].startswith(
            "At most 0.85 % of the calls differ without an explanation: 0 of 600 comparisons did."
        )

    def test_marks_failures(self, operator, demo):
        compared(600, verdict="mismatch")
        html = operator.get(EVIDENCE).content.decode()
        assert '<td class="num wrong" data-label="Failures">600</td>' in html

    def test_tells_no_data_of_a_stratum_from_zero(self, operator, demo):
        compared(2, verdict="both_error", path="direct", operation="internal_linking")
        text = words(operator.get(EVIDENCE))
        assert "direct internal_linking gpt-5.1 ✗ closed credits.text 0 0 0 of 200 comparisons so far." in text
        assert "direct content_optimization gpt-5.1 ? unknown – no data no data" in text

    def test_says_what_is_not_enough_yet(self, operator, demo):
        enough()
        compared(1, verdict="mismatch", path="direct", operation="internal_linking")
        text = words(operator.get(EVIDENCE))
        assert "What was compared is not enough yet" in text
        seen = "closed Was every expected kind of call seen? direct · internal_linking · gpt-5.1 (credits.text): "
        assert f"{seen}1 comparison is unexplained." in text

    def test_does_not_take_a_phase_without_expected_strata_for_proven(self, operator, demo, monkeypatch):
        enough()
        monkeypatch.setattr(Phase, "strata", ())
        text = words(operator.get(EVIDENCE))
        assert (
            "? unknown Was every expected kind of call seen? The plan names no stratum that it expects in this phase."
            in text
        )
        assert "What was compared is enough" not in text

    @pytest.mark.legacy
    def test_shows_a_service_without_flags(self, operator):
        assert "What was compared is not enough yet" in words(operator.get(EVIDENCE))

    def test_asks_as_many_queries_whatever_was_compared(self, queries_of, demo):
        few = queries_of(EVIDENCE)
        enough()
        assert queries_of(EVIDENCE) == few
