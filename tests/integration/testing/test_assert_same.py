"""Both sides run now, whatever the flag says."""

import pytest

from migration_harness.models import Comparison
from migration_harness.testing import SidesDiffer, assert_same, comparisons
from tests.trial_flag import create_trial_flag

pytestmark = pytest.mark.django_db


class TestSame:
    def test_passes_and_says_what_was_compared(self, make_seam):
        quote = make_seam(lambda *, account, grams: grams * 2)
        compared = assert_same(quote, account="7", grams=5)
        assert (compared.verdict, compared.control, compared.candidate) == ("match", 10, 10)

    def test_raises_with_the_differing_fields(self, make_seam):
        quote = make_seam(
            control=lambda *, account, grams: {"cents": 10, "days": 2},
            candidate=lambda *, account, grams: {"cents": 10, "days": 3},
        )
        with pytest.raises(SidesDiffer, match=r"differs    result\.days: 2 became 3, another value") as raised:
            assert_same(quote, account="7", grams=5)
        assert 'control    {"cents": 10, "days": 2}' in str(raised.value)

    def test_guards_both_sides(self, make_seam):
        def writes(*, account, grams):
            create_trial_flag()

        with pytest.raises(SidesDiffer, match="blocked"):
            assert_same(make_seam(control=writes), account="7", grams=5)

    def test_records_nothing_and_nobody_hears_of_it(self, make_seam):
        with comparisons() as found, pytest.raises(SidesDiffer):
            assert_same(make_seam(), account="7", grams=5)
        assert (found, Comparison.objects.count()) == ([], 0)
