"""What one look at a rollout leads to, as a table: no database, no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from migration_harness.rollout.guards.guard import GuardAnswer, Reading
from migration_harness.rollout.loss_budget.arithmetic import Allowed
from migration_harness.rollout.tick import (
    MOST_GAP_SECONDS,
    Hand,
    Hold,
    Move,
    Progress,
    Sight,
    Step,
    Watching,
    decide,
    wanted,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = 86_400
SHARES = (100, 500, 2_500, 5_000, 10_000)
HOLDS, BROKEN, NO_DATA = Reading.HOLDS, Reading.BROKEN, Reading.NO_DATA
ALICE = Hand(actor="alice", sentence="alice changed f.", rolled_back=False)


def guard(reading=HOLDS, *, name="errors", dry=False):
    answer = GuardAnswer(guard=name, reading=reading, sentence=f"It {reading.value.replace('_', ' ')}.")
    return Watching(answer=answer, is_dry=dry)


def at(position, *, soaked=0.0, proven=(), taken=None, seconds_ago=10.0, **values):
    """A rollout at a step, where everything held at the last look, ten seconds ago."""
    steps = []
    for index, share in enumerate(SHARES):
        is_reached = position is not None and index <= position
        steps.append(
            Step(
                share_bps=share, soak_seconds=DAY, sample=200, is_proven=index in proven,
                taken_bps=share if is_reached or index in proven else None,
                soaked_seconds=soaked if index == position else 0.0,
            )
        )  # fmt: skip
    if taken is not None:
        steps[position] = replace(steps[position], taken_bps=taken)
    clean_at = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return Progress(flag="f", steps=tuple(steps), position=position, clean_at=clean_at, **values)


def seen(*readings, compared=200, **values):
    return Sight(now=NOW, guards=tuple(guard(each) for each in readings or (HOLDS,)), compared=compared, **values)


READY = at(1, soaked=DAY)
"""At 5 %, with everything that the step needs."""

TABLE = {
    "takes the first step": (at(None), seen(), Move.STEP, None),
    "takes the first step before a guard has anything to say": (at(None), seen(NO_DATA), Move.STEP, None),
    "takes no first step where a guard is broken": (at(None), seen(BROKEN), Move.HOLD, Hold.BROKEN),
    "takes no first step unwatched": (at(None), Sight(now=NOW), Move.HOLD, Hold.UNWATCHED),
    "goes on where all is there": (READY, seen(), Move.STEP, None),
    "goes on with the look that makes the soak whole": (at(1, soaked=DAY - 10), seen(), Move.STEP, None),
    "soaks": (at(1, soaked=DAY - 11), seen(), Move.HOLD, Hold.SOAKING),
    "waits for its sample": (READY, seen(compared=199), Move.HOLD, Hold.SAMPLE),
    "waits for its sample without any": (READY, seen(compared=0), Move.HOLD, Hold.SAMPLE),
    "holds without data": (READY, seen(NO_DATA), Move.HOLD, Hold.NO_DATA),
    "holds where one of its guards has no data": (READY, seen(HOLDS, NO_DATA), Move.HOLD, Hold.NO_DATA),
    "holds unwatched": (READY, Sight(now=NOW, compared=200), Move.HOLD, Hold.UNWATCHED),
    "holds watched by dry guards alone": (
        READY, Sight(now=NOW, compared=200, guards=(guard(dry=True),)), Move.HOLD, Hold.UNWATCHED,
    ),
    "rolls back": (READY, seen(BROKEN), Move.ROLL_BACK, None),
    "rolls back where one guard is broken and one silent": (READY, seen(NO_DATA, BROKEN), Move.ROLL_BACK, None),
    "rolls back while it soaks": (at(1), seen(BROKEN, compared=0), Move.ROLL_BACK, None),
    "rolls back while it is paused": (at(1, paused="ada has paused it."), seen(BROKEN), Move.ROLL_BACK, None),
    "rolls back while it waits for an approval": (READY, seen(BROKEN, awaited="It awaits."), Move.ROLL_BACK, None),
    "rolls back at the last step": (at(4, soaked=DAY), seen(BROKEN), Move.ROLL_BACK, None),
    "goes on past a dry guard that is broken": (
        READY, Sight(now=NOW, compared=200, guards=(guard(), guard(BROKEN, dry=True))), Move.STEP, None,
    ),
    "goes on past a dry guard without data": (
        READY, Sight(now=NOW, compared=200, guards=(guard(), guard(NO_DATA, dry=True))), Move.STEP, None,
    ),
    "stops where the flag was changed": (READY, seen(hand=ALICE), Move.STOP, None),
    "stops where it was changed before the first step": (at(None), seen(hand=ALICE), Move.STOP, None),
    "stops where it was changed while paused": (at(1, paused="x"), seen(hand=ALICE), Move.STOP, None),
    "stops, and rolls nobody's change back": (READY, seen(BROKEN, hand=ALICE), Move.STOP, None),
    "stays paused however long": (at(1, soaked=DAY, paused="ada has paused it."), seen(), Move.HOLD, Hold.PAUSED),
    "pauses where a person says no": (READY, seen(refused="bob refused."), Move.PAUSE, None),
    "awaits an approval": (READY, seen(awaited="It awaits approval 3."), Move.HOLD, Hold.APPROVAL),
    "awaits no approval before it is due": (at(1), seen(awaited="It awaits approval 3."), Move.HOLD, Hold.SOAKING),
    "does not ask again at once": (
        replace(READY, held=(Hold.VETO, "no"), retry_at=NOW + timedelta(seconds=1)), seen(), Move.HOLD, Hold.VETO,
    ),
    "asks again later": (replace(READY, held=(Hold.VETO, "no"), retry_at=NOW), seen(), Move.STEP, None),
    "takes a smaller step where a budget says so": (
        READY, seen(allowed=Allowed(share_bps=700, sentence="7 %.")), Move.STEP, None,
    ),
    "holds where a budget allows no more": (
        READY, seen(allowed=Allowed(share_bps=500, sentence="5 %.")), Move.HOLD, Hold.LOSS_BUDGET,
    ),
    "holds where a budget allows nothing": (
        at(None), seen(allowed=Allowed(share_bps=0, sentence="0 %.")), Move.HOLD, Hold.LOSS_BUDGET,
    ),
    "holds where a required flag is rolled back": (READY, seen(held_back="g is."), Move.HOLD, Hold.HELD_BACK),
    "takes no first step where a required flag is rolled back": (
        at(None), seen(held_back="g is."), Move.HOLD, Hold.HELD_BACK,
    ),
    "rolls back where a required flag is rolled back": (READY, seen(BROKEN, held_back="g is."), Move.ROLL_BACK, None),
    "asks again where a clock had run ahead": (
        replace(READY, held=(Hold.VETO, "no"), retry_at=NOW + timedelta(days=1)), seen(), Move.STEP, None,
    ),
    "goes on from a step that was proven before": (at(0, proven=(0,)), seen(compared=0), Move.STEP, None),
    "goes on from no proven step without data": (at(0, proven=(0,)), seen(NO_DATA), Move.HOLD, Hold.NO_DATA),
    "ends when the last step is proven": (at(4, soaked=DAY), seen(), Move.FINISH, None),
    "does not end before": (at(4, soaked=0), seen(), Move.HOLD, Hold.SOAKING),
    "does not end without data": (at(4, soaked=DAY), seen(NO_DATA), Move.HOLD, Hold.NO_DATA),
}  # fmt: skip


class TestALook:
    @pytest.mark.parametrize(("progress", "sight", "move", "hold"), TABLE.values(), ids=TABLE)
    def test_leads_to(self, progress, sight, move, hold):
        found = decide(progress, sight)
        assert (found.move, found.hold) == (move, hold)
        assert found.sentence

    def test_leads_one_step_on_and_no_further_however_late_it_is(self):
        found = decide(at(0, soaked=DAY, seconds_ago=30 * DAY), seen(compared=1_000_000))
        assert (found.move, found.position, found.share_bps) == (Move.STEP, 1, 500)

    def test_names_the_broken_guard(self):
        sight = Sight(now=NOW, guards=(guard(name="latency"), guard(BROKEN, name="errors")))
        assert decide(READY, sight).sentence == "errors: It broken."

    def test_says_what_to_do_where_a_guard_is_broken_and_somebody_has_changed_the_flag(self):
        assert decide(READY, seen(BROKEN, hand=ALICE)).sentence == (
            "alice changed f. errors: It broken. Roll back: python manage.py harness rollback f"
        )

    def test_says_all_that_is_missing(self):
        assert decide(at(1, soaked=3_600), seen(compared=12)).sentence == (
            "It was watched for 1 h of 1 d so far. There are 12 comparisons of 200 since this step began."
        )

    @pytest.mark.parametrize("progress", [READY, at(0, proven=(0,)), at(4, soaked=DAY)], ids=["5 %", "again", "100 %"])
    def test_that_has_all_proves_the_step(self, progress):
        assert decide(progress, seen()).proves

    @pytest.mark.parametrize("sight", [seen(NO_DATA), seen(compared=0), seen(BROKEN)], ids=["silent", "few", "broken"])
    def test_that_lacks_something_proves_nothing(self, sight):
        assert not decide(READY, sight).proves


class TestSoakedTime:
    """Note [Watched time]."""

    @pytest.mark.parametrize(
        ("seconds_ago", "counted"),
        [
            (10, 10),
            (MOST_GAP_SECONDS, MOST_GAP_SECONDS),
            (MOST_GAP_SECONDS + 1, 0),
            (DAY, 0),
            (-3_600, 0),
            (None, 0),
        ],
        ids=["a beat", "a few missed", "too many missed", "an outage of a day", "a clock set back", "not clean before"],
    )
    def test_is_time_between_two_looks_that_are_near_to_each_other(self, seconds_ago, counted):
        assert decide(at(1, soaked=100, seconds_ago=seconds_ago), seen()).soaked_seconds == 100 + counted

    @pytest.mark.parametrize("sight", [seen(NO_DATA), seen(HOLDS, NO_DATA), Sight(now=NOW), seen(held_back="g is.")])
    def test_is_none_where_not_every_guard_holds(self, sight):
        assert decide(at(1, soaked=100), sight).soaked_seconds == 100

    def test_goes_on_past_dry_guards(self):
        sight = Sight(now=NOW, guards=(guard(), guard(NO_DATA, dry=True)))
        assert decide(at(1, soaked=100), sight).soaked_seconds == 110

    def test_stands_still_while_it_is_paused(self):
        assert decide(at(1, soaked=100, paused="x"), seen()).soaked_seconds == 100

    def test_is_none_before_the_first_step(self):
        assert decide(at(None), seen()).soaked_seconds == 0


class TestWhatComesNext:
    @pytest.mark.parametrize(
        ("progress", "expected"),
        [
            (at(None), (0, 100)),
            (at(0), (1, 500)),
            (at(3), (4, 10_000)),
            (at(4), None),
            (at(2, taken=1_200), (2, 2_500)),
            (at(4, taken=6_000), (4, 10_000)),
            (at(0, proven=(0, 1, 2)), (1, 500)),
        ],
        ids=["the first", "the second", "everybody", "nothing", "the rest of it", "the rest", "a proven one"],
    )
    def test_is(self, progress, expected):
        assert wanted(progress) == expected

    def test_after_a_return_is_what_was_proven_and_no_more(self):
        progress = at(0, proven=(0, 1))
        smaller = replace(progress.steps[1], taken_bps=300)
        again = replace(progress, steps=(progress.steps[0], smaller, *progress.steps[2:]))
        assert wanted(again) == (1, 300)

    @pytest.mark.parametrize(("allowed", "share"), [(700, 700), (2_500, 2_500), (9_000, 2_500)])
    def test_is_no_larger_than_a_budget_allows(self, allowed, share):
        found = decide(READY, seen(allowed=Allowed(share_bps=allowed, sentence="as it says")))
        assert (found.position, found.share_bps) == (2, share)
