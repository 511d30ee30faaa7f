"""A rollout on its way: forward by what is proven, and nowhere by anything else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from igny8_core import migration_plan
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.flips import roll_back as roll_back_flag
from migration_harness.exceptions import (
    FlipHeldUp,
    HarnessMisconfigured,
)
from migration_harness.models import AuditEvent, Rollout
from migration_harness.plan import RolloutPlan
from migration_harness.rollout import telling, ticking
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.running import abort, pause
from migration_harness.rollout.starting import Wish, prepare
from migration_harness.rollout.status import rollout_status
from migration_harness.rollout.steps import PlannedStep
from tests.integration.evidence_rows import compared

from .parts import FLAG, REQUIRED, FakeGuard, flag, share


class TestARollout:
    def test_walks_through_its_steps_to_everybody(self, walk, told):
        walk.start()
        shares = [share()]
        while Rollout.objects.get().is_open:
            walk.step()
            shares.append(share())
        assert shares == [100, 500, 2_500, 5_000, 10_000, 10_000]
        assert [change for change, _ in told] == ["started", *["step"] * 5, "finished"]
        assert (flag().everyone, rollout_status(FLAG).state) == (None, "finished")

    def test_takes_the_first_step_as_it_starts(self, walk):
        made = walk.start()
        assert (made.position, made.sentence, share()) == (0, "Step 1 of 5: 1 % of the accounts.", 100)

    def test_says_on_the_trail_who_did_what_and_why(self, walk):
        made = walk.start(actor="ada@console")
        flip, start = AuditEvent.objects.order_by("-id")[:2]
        assert (start.action, start.actor, start.subject) == ("start rollout", "ada@console", f"rollout {made.pk}")
        assert (flip.action, flip.actor, flip.subject) == ("roll out", f"ada@rollout-{made.pk}", FLAG)
        assert flip.reason == f"rollout {made.pk}: Step 1 of 5: 1 % of the accounts."

    def test_soaks(self, walk):
        walk.start()
        compared(5)
        assert [walk.look().sentence for _ in range(2)] == [
            "It was watched for 0 s of 1 min so far.",
            "It was watched for 10 s of 1 min so far.",
        ]
        assert walk.look(times=4).position == 0
        assert walk.look().position == 1

    def test_waits_for_comparisons_since_its_step_began(self, walk):
        compared(1_000)
        walk.start()
        assert walk.look(times=20).held == "sample"
        compared(4)
        assert walk.look().sentence == "There are 4 comparisons of 5 since this step began."
        compared(1)
        assert (walk.look().position, walk.look().held) == (1, "soaking")

    @pytest.mark.parametrize("other", [{"revision": "another"}, {"run": "recorded"}], ids=["code", "recorded usage"])
    def test_takes_no_comparison_of_anything_else(self, walk, other):
        walk.start()
        compared(1_000, **other)
        assert walk.look(times=20).held == "sample"

    def test_holds_without_data_and_goes_on_with_it(self, walk, guards, told):
        walk.start()
        guards[0].reading = Reading.NO_DATA
        held = walk.prove()
        assert (held.position, held.held, held.sentence) == (0, "no data", "errors: It says no_data.")
        assert told[-1] == ("holds", f"{FLAG} holds: errors: It says no_data.")
        guards[0].reading = Reading.HOLDS
        assert walk.look(times=6).position == 0, "what was soaked without data does not count"
        assert walk.look().position == 1

    def test_holds_where_a_guard_cannot_be_read(self, walk, guards):
        walk.start()
        guards.append(FakeGuard("latency", RuntimeError("no table")))
        held = walk.prove()
        assert (held.held, held.sentence) == ("no data", "latency: It could not be read (RuntimeError).")

    def test_holds_where_nobody_can_say_which_guards_there_are(self, walk, monkeypatch):
        def unknown(_flag):
            raise HarnessMisconfigured("The plan's guard 'host.Typo' cannot be had.")

        walk.start()
        monkeypatch.setattr(chosen, "guards_for", unknown)
        held = walk.prove()
        assert (held.held, held.sentence) == ("no data", "guards: The plan's guard 'host.Typo' cannot be had.")

    def test_never_asks_a_guard_that_the_plan_calls_dry(self, walk, guards, monkeypatch):
        guards.append(FakeGuard("drift", Reading.BROKEN))
        monkeypatch.setattr(chosen, "dry_for", lambda _flag: frozenset({"drift"}))
        walk.start()
        assert walk.step().position == 1

    def test_tells_once_that_it_holds(self, walk, guards, told):
        walk.start()
        for reading in (Reading.NO_DATA, Reading.HOLDS) * 3:
            guards[0].reading = reading
            walk.look()
        assert [change for change, _ in told] == ["started", "step", "holds"]

    @pytest.mark.parametrize("name", ["errors", "latency", "mismatch"])
    def test_rolls_back_on_each_guard(self, walk, guards, told, name):
        guards[:] = [FakeGuard(each) for each in ("errors", "latency", "mismatch")]
        walk.start()
        walk.step()
        next(guard for guard in guards if guard.name == name).reading = Reading.BROKEN
        ended = walk.look()
        assert (ended.state, flag().everyone) == ("rolled_back", False)
        assert (ended.sentence, ended.proof["holds"]) == (f"{name}: It says broken.", True)
        assert told[-1][0] == "rolled_back"
        assert AuditEvent.objects.filter(subject=FLAG).latest("id").reason == f"rollout {ended.pk}: {ended.sentence}"

    def test_rolls_back_while_it_is_paused(self, walk, guards):
        walk.start()
        pause(flag=FLAG, actor="bob")
        guards[0].reading = Reading.BROKEN
        assert (walk.look().state, flag().everyone) == ("rolled_back", False)

    def test_is_looked_at_again_where_its_rollback_is_held_up(self, walk, guards, monkeypatch):
        walk.start()
        guards[0].reading = Reading.BROKEN

        def held_up(**_):
            raise FlipHeldUp("held up by a charge.")

        with monkeypatch.context() as patch:
            patch.setattr("migration_harness.control.flips.roll_back", held_up)
            held = walk.look()
            assert (held.state, "held up by a charge" in held.sentence) == ("running", True)
        assert walk.look().state == "rolled_back"

    def test_that_is_killed_after_its_rollback_has_ended_all_the_same(self, walk, guards, monkeypatch):
        walk.start()
        kinds = []
        monkeypatch.setattr(telling, "tell", lambda *, kind, **_: kinds.append(kind))
        guards[0].reading = Reading.BROKEN
        with monkeypatch.context() as patch:

            def killed(*_, **__):
                raise KeyboardInterrupt

            patch.setattr(ticking, "end_rolled_back", killed)
            with pytest.raises(KeyboardInterrupt):
                walk.look()
        assert (flag().everyone, Rollout.objects.get().state) == (False, "running")
        ended = walk.look()
        assert (ended.state, ended.ended_by) == ("rolled_back", f"ada@rollout-{ended.pk}")
        assert ended.sentence.endswith(f": rollout {ended.pk}: errors: It says broken.")
        assert kinds == ["rolled_back"]

    def test_shows_a_dry_guard_and_does_not_ask_it(self, walk, guards):
        guards.append(FakeGuard("drift", Reading.BROKEN))
        walk.start(dry=("drift",))
        assert walk.step().position == 1
        shown = {each.guard: (each.reading, each.is_dry) for each in rollout_status(FLAG).guards}
        assert shown == {"errors": ("holds", False), "drift": ("broken", True)}

    def test_asks_guards_about_the_time_since_its_step_began(self, walk, guards):
        walk.start()
        began = rollout_status(FLAG).steps[0].since
        walk.look(times=3)
        assert {each.since for each in guards[0].watched[1:]} == {began}

    def test_holds_while_a_required_flag_is_rolled_back(self, walk):
        walk.start()
        walk.prove()
        roll_back_flag(name=REQUIRED, actor="alice")
        held = walk.look(times=10)
        assert (held.held, share()) == ("held back", 100)
        assert held.sentence.startswith(f"{REQUIRED}, which {FLAG} requires, is rolled back")
        change_flag(name=REQUIRED, change=FlagChange(everyone=True), actor="alice")
        assert walk.look(times=3).position == 1

    def test_says_in_the_plan_how_it_goes(self, walk, monkeypatch):
        plan = migration_plan.PLAN
        mine = RolloutPlan(shares_bps=(1_000, 10_000), soak=timedelta(hours=12), sample=7, approve_before_bps=(10_000,))
        of_phase = RolloutPlan(shares_bps=(2_000,))
        phases = tuple(
            replace(
                phase,
                rollout=of_phase,
                flags=tuple(replace(each, rollout=mine) if each.name == FLAG else each for each in phase.flags),
            )
            for phase in plan.phases
        )
        monkeypatch.setattr(migration_plan, "PLAN", replace(plan, phases=phases))
        assert prepare(flag=FLAG, wish=Wish()).steps == (
            PlannedStep(share_bps=1_000, soak_seconds=30, sample=7),
            PlannedStep(share_bps=10_000, soak_seconds=30, sample=7, by_two=True),
        )
        assert migration_plan.PLAN.rollout_of(REQUIRED) == of_phase
        assert prepare(flag=FLAG, wish=Wish(shares_bps=(5_000,))).steps[0].by_two is False

    def test_leaves_those_who_are_excluded_where_they_are(self, walk, account):
        change_flag(name=FLAG, change=FlagChange(account_id=str(account.pk), membership="off"), actor="ada")
        walk.start(shares_bps=(10_000,))
        assert share() == 10_000
        assert "1 excluded by name" in " ".join(prepared_again().who.sentences)


def prepared_again():
    """The same rollout as it would be looked at once this one has ended and been rolled back."""
    abort(flag=FLAG, actor="ada")
    return prepare(flag=FLAG, wish=Wish())
