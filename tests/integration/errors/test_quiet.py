"""The quiet finding from what is in the database."""

from datetime import timedelta

import pytest
from freezegun import freeze_time

from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.evidence.findings import Answer
from migration_harness.models import Reporter
from migration_harness.queries import kept_errors, last_change, quiet

from .parts import an_error, at, covered

NOW = at(20, 12)
FLAG = "model-selection"

pytestmark = pytest.mark.django_db


def answer(**asked):
    return quiet(now=NOW, **asked).answer


class TestQuiet:
    def test_of_nothing_is_unknown(self):
        assert answer() is Answer.UNKNOWN

    def test_is_a_week_of_hours(self):
        covered(at(13, 12), NOW)
        assert answer() is Answer.OPEN

    def test_has_a_hole_where_an_hour_is_missing(self):
        covered(at(13, 12), at(15))
        covered(at(15, 1), NOW)
        found = quiet(now=NOW)
        assert (found.answer, "Between 2026-11-15 00:00:00 UTC and 2026-11-15 01:00:00 UTC" in found.sentence) == (
            Answer.UNKNOWN, True,
        )  # fmt: skip

    def test_has_a_hole_where_some_process_could_not_write(self):
        covered(at(13, 12), NOW, gaps=[(at(15, 3, 10), at(15, 3, 40))])
        found = quiet(now=NOW)
        assert (found.answer, "Between 2026-11-15 03:10:00 UTC and 2026-11-15 03:40:00 UTC" in found.sentence) == (
            Answer.UNKNOWN, True,
        )  # fmt: skip

    def test_is_unknown_where_errors_were_lost(self):
        covered(at(13, 12), at(20, 3))
        covered(at(20, 3), at(20, 4), lost=1)
        covered(at(20, 4), NOW)
        found = quiet(now=NOW)
        assert (found.answer, "2026-11-20 03:00:00 UTC" in found.sentence) == (Answer.UNKNOWN, True)

    @pytest.mark.parametrize(
        ("beat_at", "expected"),
        [(NOW - timedelta(seconds=30), Answer.OPEN), (NOW - timedelta(hours=3), Answer.UNKNOWN), (at(1), Answer.OPEN)],
        ids=["alive", "vanished", "vanished long ago"],
    )
    def test_is_unknown_where_a_process_has_vanished(self, beat_at, expected):
        covered(at(13, 12), NOW)
        Reporter.objects.create(id="0" * 32, host="h", pid=7, role="web", began_at=at(1), beat_at=beat_at)
        assert answer() is expected

    def test_is_over_with_an_error_of_the_last_second(self):
        covered(at(13, 12), NOW)
        an_error(NOW - timedelta(seconds=1))
        assert quiet(now=NOW).sentence == "shop.refused (shop) came at 2026-11-20 11:59:59 UTC."

    def test_is_of_the_days_that_the_setting_makes(self, settings):
        settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": 60}
        covered(NOW - timedelta(minutes=7), NOW)
        assert answer() is Answer.OPEN
        an_error(NOW - timedelta(minutes=8))
        assert answer() is Answer.OPEN
        an_error(NOW - timedelta(minutes=6), event="shop.other")
        assert answer() is Answer.CLOSED

    def test_lists_the_errors_that_it_speaks_of(self):
        an_error(at(14), times=3)
        an_error(at(16), event="shop.other")
        assert [(each.event, each.times) for each in kept_errors(since=at(13))] == [
            ("shop.other", 1), ("shop.refused", 3),
        ]  # fmt: skip


class TestLastChange:
    @pytest.mark.parametrize(
        ("change", "counts"),
        [
            (FlagChange(share_bps=500), True),
            (FlagChange(account_id="1", membership="on"), True),
            (FlagChange(everyone=True), True),
            (FlagChange(stage=Stage.RAMPDOWN), True),
            (FlagChange(baseline=Stage.OFF), False),
            (FlagChange(compared_bps=5_000), False),
            (FlagChange(everyone=False), False),
        ],
        ids=["share", "account", "everyone", "stage", "baseline", "compared", "nobody"],
    )
    def test_is_one_that_moves_somebody(self, demo, change, counts):
        with freeze_time("2026-11-18T12:00:00Z"):
            change_flag(name=FLAG, change=FlagChange(share_bps=100), actor="seed")
        with freeze_time("2026-11-19T12:00:00Z"):
            change_flag(name=FLAG, change=change, actor="seed")
        assert last_change([FLAG]) == at(19 if counts else 18, 12)

    def test_is_one_by_whatever_name(self, demo):
        with freeze_time("2026-11-19T12:00:00Z"):
            change_flag(name=FLAG, change=FlagChange(share_bps=100), actor="seed", action="go a step on")
        assert last_change([FLAG]) == at(19, 12)

    def test_is_no_rollback(self, demo):
        with freeze_time("2026-11-18T12:00:00Z"):
            change_flag(name=FLAG, change=FlagChange(share_bps=100), actor="seed")
        roll_back(name=FLAG, actor="seed")
        assert last_change([FLAG]) == at(18, 12)

    def test_is_none_of_a_flag_that_never_moved(self, demo):
        assert last_change([FLAG]) is None
