"""Labels and numbers."""

from decimal import Decimal

import pytest

from dashboards import labels
from dashboards.numbers import Sums, number
from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage


class TestLabels:
    def test_exist_for_every_verdict_and_stage(self):
        assert set(labels.VERDICTS) == {verdict.value for verdict in Verdict}
        assert set(labels.STAGES) == {stage.value for stage in Stage}

    @pytest.mark.parametrize(
        "group", [labels.VERDICTS, labels.REVIEWS, labels.PHASES], ids=["verdicts", "reviews", "phases"]
    )
    def test_can_be_told_apart_without_colours(self, group):
        assert len({label.word for label in group.values()}) == len(group)
        assert len({label.mark for label in group.values()}) == len(group)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0, "0"),
            (186313, "186,313"),
            (-1500, "−1,500"),
            (Decimal("186313.000000000000"), "186,313"),
            (Decimal("0.000123400000"), "0.0001234"),
            (Decimal("1E+3"), "1,000"),
        ],
    )
    def test_are_exact(self, value, text):
        assert number(value) == text

    @pytest.mark.parametrize(
        ("control", "candidate", "text"),
        [
            (186313, 31820, "−82.9 %"),
            (100, 2600, "+2,500.0 %"),
            (100_000, 100_001, "+0.001 %"),
            (5, 5, "unchanged"),
            (0, 5, "from nothing"),
        ],
    )
    def test_change_by_a_percentage_that_is_never_rounded_away(self, control, candidate, text):
        assert Sums(unit="credits", control=Decimal(control), candidate=Decimal(candidate)).change == text
