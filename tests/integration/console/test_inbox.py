"""The list of discrepancies: found by its address, and shown anew only where something has happened."""

import pytest
from bs4 import BeautifulSoup

from igny8_core.auth.models import Account
from migration_harness.models import DiscrepancyReview
from migration_harness.reviewing.reviews import review_discrepancy

from .browser import DISCREPANCIES, record_discrepancies, words

PART = {"headers": {"X-Console-Part": "1"}}


@pytest.fixture
def five(demo):
    record_discrepancies(range(5), list(Account.objects.order_by("pk")[:2]))


def listed(response):
    page = BeautifulSoup(response.content, "html.parser")
    return {a["id"].removeprefix("d-") for a in page.select("table.sortable a[id^=d-]")}


class TestFilter:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "OPERATION-3"}, {f"{3:012x}"}),
            ({"q": f"{4:012x}"}, {f"{4:012x}"}),
            ({"seam": "credits.text", "verdict": "mismatch"}, {f"{n:012x}" for n in range(5)}),
            ({"verdict": "no such"}, {f"{n:012x}" for n in range(5)}),
            ({"state": "reopened"}, set()),
        ],
        ids=["text", "signature", "both", "nonsense", "none"],
    )
    def test_is_in_the_address(self, operator, five, query, found):
        assert listed(operator.get(DISCREPANCIES, query)) == found

    def test_says_how_many_of_all_are_like_this(self, operator, five):
        assert "5 discrepancies need a review, 1 of them is like this" in words(
            operator.get(DISCREPANCIES, {"q": "-3"})
        )

    def test_stays_in_the_addresses_of_files_and_orders(self, operator, five):
        page = BeautifulSoup(operator.get(DISCREPANCIES, {"q": "operation", "pulse": "x"}).content, "html.parser")
        addresses = [a["href"] for a in page.select("table.sortable th a, .files a")]
        assert [each for each in addresses if "q=operation" not in each or "pulse" in each] == []


class TestLivePart:
    def pulse(self, response):
        return BeautifulSoup(response.content, "html.parser").select_one("#pulse")["value"]

    def test_is_nothing_while_nothing_happens(self, operator, five):
        pulse = self.pulse(operator.get(DISCREPANCIES))
        assert operator.get(DISCREPANCIES, {"pulse": pulse}, **PART).status_code == 204

    def test_comes_with_the_next_difference_and_with_a_review(self, operator, five):
        pulse = self.pulse(operator.get(DISCREPANCIES))
        record_discrepancies([7], list(Account.objects.order_by("pk")[:1]))
        part = operator.get(DISCREPANCIES, {"pulse": pulse}, **PART)
        assert f"{7:012x}" in listed(part)
        acknowledged = DiscrepancyReview.State.ACKNOWLEDGED
        review_discrepancy(signature=f"{7:012x}", state=acknowledged, actor="ada", reason="on it")
        again = operator.get(DISCREPANCIES, {"pulse": self.pulse(part)}, **PART)
        assert (again.status_code, f"{7:012x}" in listed(again)) == (200, False)

    def test_has_no_frame(self, operator, five):
        assert b"<html" not in operator.get(DISCREPANCIES, **PART).content


class TestQueries:
    def test_do_not_grow_with_discrepancies(self, queries_of, five):
        few = queries_of(DISCREPANCIES)
        record_discrepancies(range(5, 40), list(Account.objects.order_by("pk")))
        assert queries_of(DISCREPANCIES) == few
