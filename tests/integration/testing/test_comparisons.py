"""What was compared, as plain objects."""

import pytest

from migration_harness.testing import comparisons, flags_at

from .conftest import FLAG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _compared():
    with flags_at({FLAG: "shadow"}):
        yield


class TestComparisons:
    def test_are_those_of_the_block_in_order(self, make_seam):
        quote = make_seam(lambda *, account, grams: grams * 2 if grams < 5 else grams)
        quote(account="1", grams=1)
        with comparisons() as found:
            quote(account="7", grams=4)
            quote(account="8", grams=5)
        quote(account="9", grams=5)
        assert [(each.verdict, each.account_id, each.call, each.control, each.candidate) for each in found] == [
            ("match", "7", {"account": "7", "grams": 4}, 8, 8),
            ("mismatch", "8", {"account": "8", "grams": 5}, 10, 5),
        ]

    def test_have_the_differing_fields(self, make_seam):
        quote = make_seam()
        with comparisons() as found:
            quote(account="7", grams=4)
        assert [(each.path, each.kind, each.control, each.candidate) for each in found[0].differences] == [
            ("result", "value", 8, 4)
        ]

    def test_have_what_was_looked_at_closely(self, make_seam):
        quote = make_seam(
            control=lambda *, account, grams: {"cents": grams}, candidate=lambda *, account, grams: {"cents": grams}
        )
        with comparisons() as found:
            quote(account="7", grams=4)
        assert [(each.verdict, each.control) for each in found] == [("match", {"cents": 4})]

    def test_are_none_where_nothing_is_compared(self, make_seam):
        quote = make_seam()
        with comparisons() as found, flags_at({FLAG: "off"}):
            quote(account="7", grams=4)
        assert found == []
