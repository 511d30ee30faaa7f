"""A seam may say by a call's arguments whether both sides run; for money it may not."""

import pytest
import structlog

from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.models import Epoch
from migration_harness.seams.seam import Seam
from migration_harness.testing import comparisons, fixed_flags, flag_at
from tests.trial_flag import FLAG, SEAM

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """Make a seam with ``run_if`` and return how its calls of 5 and 50 grams are compared, and what they answer."""
    monkeypatch.setattr(seams, "_by_name", {})

    def heard(run_if, stage):
        seam = Seam(
            name=SEAM, flag=FLAG, control=lambda customer, grams: grams, candidate=lambda customer, grams: grams + 1,
            subject=lambda customer, **_: customer, run_if=run_if,
        )  # fmt: skip
        with fixed_flags(flag_at(FLAG, stage)), comparisons() as found:
            answers = [seam("1", 5), seam(customer="1", grams=50)]
        return answers, [each.call["grams"] for each in found]

    return heard


class TestRunIf:
    @pytest.mark.parametrize(("stage", "answers"), [(Stage.SHADOW, [5, 50]), (Stage.LIVE, [6, 51])])
    def test_says_which_calls_are_compared(self, heard, stage, answers):
        assert heard(lambda *, grams, **_: grams > 10, stage) == (answers, [50])

    @pytest.mark.parametrize(
        "fails", [lambda **_: 1 // 0, lambda **_: Epoch.objects.update(number=9)], ids=["raises", "writes"]
    )
    def test_that_fails_has_the_call_compared_and_is_told(self, heard, fails):
        with structlog.testing.capture_logs() as events:
            assert heard(fails, Stage.SHADOW) == ([5, 50], [5, 50])
        assert "run_if" in {each.get("where") for each in events}

    def test_is_refused_for_money(self):
        with pytest.raises(HarnessMisconfigured, match="no charge without its evidence"):
            Seam(name=SEAM, flag=FLAG, control=max, candidate=max, subject=max, money=True, run_if=bool)
