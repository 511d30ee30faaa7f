"""Some days without an error, and data for all of that time."""

from datetime import UTC, datetime, timedelta

import pytest

from migration_harness.evidence.findings import Answer
from migration_harness.evidence.quiet import LoggedError, Period, Told, Vanished, of_quiet

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK_AGO = NOW - 7 * DAY
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def period(start, end):
    return Period(start=start, end=end)


def error(at, *, event="shop.refused", times=1, first_at=None):
    return LoggedError(event=event, logger="shop", times=times, first_at=first_at or at, last_at=at)


def asked(*, errors=(), covered=None, lost=(), vanished=(), days=7, day_seconds=86_400, since=None, now=NOW):
    covered = [period(NOW - 30 * DAY, now)] if covered is None else covered
    told = Told(errors=errors, covered=covered, lost=lost, vanished=vanished)
    found = of_quiet(told, days=days, day_seconds=day_seconds, since=since, now=now)
    return found.answer, found.sentence


class TestQuiet:
    def test_is_a_week_that_somebody_would_have_told_of(self):
        assert asked() == (Answer.OPEN, "No error in 7 days, and data for all of that time.")

    @pytest.mark.parametrize("at", [WEEK_AGO - SECOND, WEEK_AGO - 3 * DAY])
    def test_does_not_look_further_back(self, at):
        assert asked(errors=[error(at)])[0] is Answer.OPEN

    @pytest.mark.parametrize("covered", [[period(WEEK_AGO, NOW)], [period(WEEK_AGO - SECOND, NOW)]])
    def test_needs_no_more_than_its_own_time(self, covered):
        assert asked(covered=covered)[0] is Answer.OPEN

    def test_ends_with_the_last_report(self):
        """So that no report is missing only because the next one is due."""
        end = NOW - 20 * SECOND
        assert asked(covered=[period(end - 7 * DAY, end)])[0] is Answer.OPEN

    @pytest.mark.parametrize(("days", "words"), [(1, "1 day"), (3, "3 days")])
    def test_is_of_as_many_days_as_are_asked(self, days, words):
        found = asked(days=days, errors=[error(NOW - days * DAY - SECOND)])
        assert found == (Answer.OPEN, f"No error in {words}, and data for all of that time.")

    def test_of_short_days_is_short(self):
        start = NOW - 70 * SECOND
        found = asked(covered=[period(start, NOW)], errors=[error(start - SECOND)], day_seconds=10)
        assert found == (Answer.OPEN, "No error in 7 days of 10 s each, and data for all of that time.")


class TestErrors:
    @pytest.mark.parametrize("at", [WEEK_AGO, WEEK_AGO + SECOND, NOW - DAY, NOW - SECOND, NOW, NOW + HOUR])
    def test_close_it(self, at):
        said = f"shop.refused (shop) came at {at:%Y-%m-%d %H:%M:%S} UTC."
        assert asked(errors=[error(at)]) == (Answer.CLOSED, said)

    def test_are_told_with_how_often_they_came(self):
        found = asked(errors=[error(NOW - HOUR, times=1_200, first_at=NOW - 2 * HOUR)])
        assert (
            found[1] == "shop.refused (shop) came 1,200 times from 2026-11-25 10:00:00 UTC to 2026-11-25 11:00:00 UTC."
        )

    def test_that_began_before_are_told_by_their_day(self):
        found = asked(errors=[error(WEEK_AGO + HOUR, times=3, first_at=WEEK_AGO - HOUR)])
        assert found[1] == "shop.refused (shop) came 3 times that day, the last time at 2026-11-18 13:00:00 UTC."

    def test_are_told_from_the_first_one_on(self):
        errors = [error(NOW - HOUR, event="later"), error(NOW - 3 * DAY, event="first"), error(NOW - DAY, event="mid")]
        assert asked(errors=errors)[1] == "first (shop) came at 2026-11-22 12:00:00 UTC (2 other errors since)."

    def test_close_it_whatever_else_is_unknown(self):
        assert asked(errors=[error(NOW - HOUR)], covered=[], now=NOW)[0] is Answer.CLOSED

    def test_of_short_days_are_told_too(self):
        assert asked(errors=[error(NOW - 65 * SECOND)], day_seconds=10)[0] is Answer.CLOSED


class TestHoles:
    def test_are_unknown_and_named(self):
        covered = [period(NOW - 9 * DAY, NOW - 3 * DAY), period(NOW - 3 * DAY + 2 * HOUR, NOW)]
        assert asked(covered=covered) == (
            Answer.UNKNOWN,
            "Between 2026-11-22 12:00:00 UTC and 2026-11-22 14:00:00 UTC no process told of its errors, so nobody "
            "knows whether there were any.",
        )

    @pytest.mark.parametrize("start", [WEEK_AGO + 6 * MINUTE, NOW - DAY, NOW - 2 * SECOND])
    def test_at_the_beginning_are_unknown(self, start):
        found = asked(covered=[period(start, NOW)])
        assert (found[0], "Between 2026-11-18 12:00:00 UTC and" in found[1]) == (Answer.UNKNOWN, True)

    def test_as_long_as_a_restart_are_none(self):
        covered = [period(NOW - 9 * DAY, NOW - DAY), period(NOW - DAY + 4 * MINUTE, NOW)]
        assert asked(covered=covered)[0] is Answer.OPEN

    def test_of_short_days_are_short(self):
        covered = [period(NOW - HOUR, NOW - 30 * SECOND), period(NOW - 28 * SECOND, NOW)]
        assert asked(covered=covered, day_seconds=10)[0] is Answer.UNKNOWN

    def test_before_the_days_are_none(self):
        covered = [period(NOW - 30 * DAY, NOW - 10 * DAY), period(WEEK_AGO, NOW)]
        assert asked(covered=covered)[0] is Answer.OPEN

    def test_are_counted(self):
        covered = [period(NOW - 9 * DAY, NOW - 5 * DAY), period(NOW - 4 * DAY, NOW - 2 * DAY), period(NOW - DAY, NOW)]
        found = asked(covered=covered)
        assert found[1].startswith(
            "Between 2026-11-23 12:00:00 UTC and 2026-11-24 12:00:00 UTC (and in 1 other period)"
        )

    def test_at_the_end_are_unknown(self):
        found = asked(covered=[period(NOW - 9 * DAY, NOW - 61 * SECOND)])
        assert (found[0], found[1].split(",")[0]) == (
            Answer.UNKNOWN, "No process has told of its errors since 2026-11-25 11:58:59 UTC",
        )  # fmt: skip

    def test_of_all_time_are_unknown(self):
        assert asked(covered=[])[0] is Answer.UNKNOWN

    @pytest.mark.parametrize("at", [WEEK_AGO - MINUTE + SECOND, NOW - DAY])
    def test_are_what_a_vanished_process_has_seen(self, at):
        found = asked(vanished=[Vanished(process="web 7 on shop", at=at)])
        assert (found[0], found[1].startswith(f"web 7 on shop vanished after {at:%Y-%m-%d %H:%M:%S} UTC")) == (
            Answer.UNKNOWN, True,
        )  # fmt: skip

    def test_are_not_what_vanished_before(self):
        assert asked(vanished=[Vanished(process="web 7 on shop", at=WEEK_AGO - HOUR)])[0] is Answer.OPEN

    def test_are_what_could_not_be_kept(self):
        found = asked(lost=[period(NOW - 3 * HOUR, NOW - 2 * HOUR)])
        said = "Between 2026-11-25 09:00:00 UTC and 2026-11-25 10:00:00 UTC errors came that could not be kept."
        assert found == (Answer.UNKNOWN, said)


class TestSince:
    def test_counts_from_the_last_change(self):
        found = asked(since=NOW - timedelta(days=2, hours=8))
        assert found == (Answer.CLOSED, "Quiet for 2.3 of 7 days since 2026-11-23 04:00:00 UTC.")

    @pytest.mark.parametrize(("since", "answer"), [(WEEK_AGO, Answer.OPEN), (WEEK_AGO + SECOND, Answer.CLOSED)])
    def test_is_over_when_the_days_are_full(self, since, answer):
        assert asked(since=since)[0] is answer

    def test_never_rounds_up_to_all_days(self):
        assert asked(since=WEEK_AGO + SECOND)[1].startswith("Quiet for 6.9 of 7 days")

    @pytest.mark.parametrize("since", [NOW, NOW + HOUR])
    def test_of_a_change_just_now_is_nothing_yet(self, since):
        assert asked(since=since)[1].startswith("Quiet for 0 of 7 days")

    def test_forgives_errors_of_before(self):
        assert asked(since=NOW - DAY, errors=[error(NOW - 2 * DAY)])[1].startswith("Quiet for 1 of 7 days")

    def test_does_not_forgive_those_of_after(self):
        assert asked(since=NOW - DAY, errors=[error(NOW - HOUR)])[0] is Answer.CLOSED

    def test_does_not_look_at_holes_of_before(self):
        assert asked(since=NOW - DAY, covered=[period(NOW - DAY, NOW)])[0] is Answer.CLOSED

    def test_tells_of_a_hole_since(self):
        assert asked(since=NOW - DAY, covered=[period(NOW - HOUR, NOW)])[0] is Answer.UNKNOWN

    def test_counts_short_days(self):
        found = asked(since=NOW - 25 * SECOND, day_seconds=10)
        assert found[1].startswith("Quiet for 2.5 of 7 days")


class TestClocks:
    def test_that_were_set_back_leave_what_was_covered(self):
        """The database's clock went back by an hour: what was covered until then still is."""
        assert asked(covered=[period(NOW - 9 * DAY, NOW + HOUR)])[0] is Answer.OPEN

    def test_that_were_set_forward_leave_a_hole(self):
        covered = [period(NOW - 9 * DAY, NOW - 3 * HOUR), period(NOW - 2 * HOUR, NOW)]
        assert asked(covered=covered)[0] is Answer.UNKNOWN

    @pytest.mark.parametrize("zone", [-11, 0, 13])
    def test_of_any_zone_say_the_same(self, zone):
        """A day that a calendar makes longer or shorter is a day all the same."""
        from datetime import timezone

        moved = NOW.astimezone(timezone(timedelta(hours=zone)))
        assert asked(now=moved, since=moved - timedelta(days=2)) == asked(since=NOW - timedelta(days=2))
