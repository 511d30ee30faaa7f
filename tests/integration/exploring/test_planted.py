"""Mistakes that no traffic shows: each is found, at its smallest input, and closed by its correction."""

from decimal import Decimal

import pytest
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS

from migration_harness import queries
from migration_harness.deciding.stages import Stage
from migration_harness.exploring.explore import explore
from migration_harness.exploring.searching import SOLVER
from migration_harness.models import Comparison, ComparisonSample, ExploredDiscrepancy
from migration_harness.reviewing import regression
from migration_harness.testing import fixed_flags, flag_at
from tests.trial_flag import FLAG

from . import planted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]
INPUTS = 200
"""Enough for each of them; a minute is many thousand."""
PLANTED = {
    "a rounding fault at multiples": (
        planted.rounding,
        "credits",
        {"usage": planted.Usage(sent=10_000, made=0)},
        (10, 11),
    ),
    "a wrong tier for one model and size": (
        planted.tiers,
        "result",
        {"model": "large", "size": planted.Size.WIDE},
        ("premium", "basic"),
    ),
    "a zero with a minus": (planted.negative_zero, "USD", {"cents": 0}, (0, Decimal("-0"))),
    "an overflow in a tariff of zero": (
        planted.overflow,
        "raised",
        {"tokens": 0, "tariff": Decimal(0)},
        ("", "OverflowError"),
    ),
}


@pytest.fixture(params=PLANTED.values(), ids=PLANTED.keys())
def case(alone, request):
    make, *expected = request.param
    return make(), *expected


def found_by(seam, **options):
    return explore(seam.name, **{"seconds": 300, "most_inputs": INPUTS, "seed": 7, **options})


def run(made):
    names = {}
    exec(compile(made.text, made.file_name, "exec"), names)  # noqa: S102  What the export wrote.
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    test()


class TestPlantedMistake:
    def test_is_found_at_its_smallest_input(self, case):
        seam, path, call, sides = case
        found = {each.comparison.judgement.differences[0].path: each.comparison for each in found_by(seam).findings}
        assert found[path].call == call
        (difference,) = found[path].judgement.differences
        assert str((difference.control, difference.candidate)) == str(sides)

    def test_is_closed_by_its_correction_and_opened_by_its_return(self, case, monkeypatch):
        seam, *_ = case
        was = {each.discrepancy.signature for each in _open_after(seam)}
        monkeypatch.setattr(planted.state, "wrong", False)
        assert was == set(found_by(seam, seed=8).fixed)
        assert queries.explored() == []
        assert {queries.discrepancy(each).state for each in was} == {"fixed"}
        monkeypatch.setattr(planted.state, "wrong", True)
        assert was == {each.discrepancy.signature for each in _open_after(seam)}

    def test_is_a_test_that_its_correction_passes(self, case, monkeypatch):
        seam, *_ = case
        monkeypatch.setattr(planted, f"{seam.name.removeprefix('trial.')}_seam", seam, raising=False)
        for each in _open_after(seam):
            monkeypatch.setattr(planted.state, "wrong", True)
            made = regression.export(each.discrepancy.signature)
            with pytest.raises((AssertionError, OverflowError)):
                run(made)
            monkeypatch.setattr(planted.state, "wrong", False)
            run(made)

    def test_enters_no_number_of_live_evidence(self, case):
        seam, *_ = case
        found_by(seam)
        assert ExploredDiscrepancy.objects.exists()
        assert not Comparison.objects.exists()
        assert not ComparisonSample.objects.exists()
        assert queries.discrepancies() == queries.waiting_discrepancies() == []
        (status,) = queries.seam_statuses()
        assert status.comparisons == 0

    def test_is_not_shown_by_what_traffic_there_was(self):
        seam = planted.rounding()
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
            answers = [seam(usage=planted.Usage(sent=sent, made=1_234)) for sent in range(1, 20_000, 500)]
        assert answers
        assert queries.discrepancies() == []


class TestSearch:
    def test_goes_through_the_same_inputs_by_the_same_seed(self):
        seen = []
        seam = planted.noted(seen)

        def inputs(seed):
            seen.clear()
            found_by(seam, seed=seed)
            return list(seen)

        first = inputs(1)
        assert len(first) >= INPUTS
        assert first == inputs(1)
        assert first != inputs(2)

    def test_finds_nothing_where_the_sides_agree_and_says_what_it_searched(self, monkeypatch):
        monkeypatch.setattr(planted.state, "wrong", False)
        found = found_by(planted.tiers())
        assert found.findings == ()
        assert found.is_whole
        assert found.inputs >= 4
        assert 0 < found.branches_reached <= found.branches_known

    def test_finds_what_only_a_branch_leads_to(self):
        (found,) = found_by(planted.deep(), most_inputs=6_000).findings
        assert found.comparison.call == {"code": "gold", "years": 13}


class TestSolver:
    def test_has_batches_of_its_own_where_it_is_installed_and_the_sides_are_pure(self, monkeypatch):
        # Plain hypothesis under the solver's name: the solver itself is no library of these tests.
        monkeypatch.setitem(AVAILABLE_PROVIDERS, SOLVER, AVAILABLE_PROVIDERS["hypothesis"])
        found = found_by(planted.rounding(), most_inputs=600)
        assert found.solver == SOLVER
        assert [each.comparison.call for each in found.findings] == [{"usage": planted.Usage(sent=10_000, made=0)}]
        assert found_by(planted.impure()).solver == ""


def _open_after(seam):
    found_by(seam)
    found = queries.explored(seam.name)
    assert found
    return found
