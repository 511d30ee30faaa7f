"""A rollout on its way: forward by what is proven, and nowhere by anything else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from igny8_core import migration_plan
from migration_harness.control import gating
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.flips import roll_back as roll_back_flag
from migration_harness.control.gating import Admission
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import (
    FlipHeldUp,
    HarnessMisconfigured,
    InvalidChange,
    NoRollout,
    Refusal,
    RolloutChanged,
    StalePreview,
    UnknownFlag,
)
from migration_harness.models import AuditEvent, Rollout
from migration_harness.plan import RolloutPlan
from migration_harness.rollout import looking, telling, ticking
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.loss_budget import Allowed
from migration_harness.rollout.notices import confirming
from migration_harness.rollout.notices.confirming import Answer, Confirmation
from migration_harness.rollout.running import abort, back_to, pause, resume
from migration_harness.rollout.starting import Wish, prepare, start
from migration_harness.rollout.status import rollout_status, rollouts
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


class TestAPause:
    def test_holds_at_its_step_however_long(self, walk):
        walk.start()
        walk.prove()
        pause(flag=FLAG, actor="bob", reason="lunch")
        held = walk.look(seconds=3_600, times=3)
        assert (held.position, share()) == (0, 100)
        assert held.sentence == (f"bob has paused it: lunch. To go on: python manage.py harness rollout {FLAG} resume")

    def test_is_no_soak_and_takes_none_away(self, walk):
        walk.start()
        compared(5)
        walk.look(times=4)
        pause(flag=FLAG, actor="bob")
        walk.look(seconds=30, times=10)
        resume(flag=FLAG, actor="bob")
        assert rollout_status(FLAG).steps[0].soaked_seconds == 30
        assert walk.look(times=3).position == 0
        assert walk.look().position == 1

    def test_twice_is_once(self, walk, told):
        walk.start()
        pause(flag=FLAG, actor="bob")
        pause(flag=FLAG, actor="carl")
        assert [change for change, _ in told].count("paused") == 1
        resume(flag=FLAG, actor="bob")
        resume(flag=FLAG, actor="carl")
        assert [change for change, _ in told].count("resumed") == 1


class TestAnAbort:
    def test_is_a_rollback(self, walk, told):
        walk.start()
        walk.step()
        proven = abort(flag=FLAG, actor="bob", reason="odd")
        ended = Rollout.objects.get()
        assert (proven.proof.holds, flag().everyone, ended.state, ended.ended_by) == (True, False, "aborted", "bob")
        assert told[-1] == ("aborted", f"The rollout of {FLAG} is aborted: bob has aborted it: odd.")

    @pytest.mark.parametrize("act", [abort, pause, resume], ids=lambda act: act.__name__)
    def test_ends_it(self, walk, act):
        walk.start()
        abort(flag=FLAG, actor="bob")
        with pytest.raises(NoRollout, match="No rollout of model-based-credits is under way"):
            act(flag=FLAG, actor="bob")

    def test_lets_another_one_begin_at_the_first_step(self, walk):
        walk.start()
        walk.step()
        abort(flag=FLAG, actor="bob")
        assert (walk.start().position, share(), flag().everyone) == (0, 100, None)
        assert [each.state for each in rollouts()] == ["running", "aborted"]


class TestAReturn:
    def test_is_at_once_and_stays(self, walk):
        walk.start()
        walk.step()
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob", reason="look again")
        assert share() == 100
        held = walk.look(times=20)
        assert (held.position, held.state, share()) == (0, "paused", 100)

    def test_goes_on_through_what_was_proven_without_a_soak_and_soaks_the_rest(self, walk):
        walk.start()
        walk.step()
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob")
        resume(flag=FLAG, actor="bob")
        assert [walk.look().position for _ in range(3)] == [1, 2, 2]
        assert rollout_status(FLAG).steps[2].soaked_seconds == 0
        assert walk.look(times=20).held == "sample"

    def test_may_lead_forward_to_what_was_proven(self, walk):
        walk.start()
        walk.step()
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob")
        back_to(flag=FLAG, share_bps=500, actor="bob")
        assert share() == 500

    @pytest.mark.parametrize("wanted", [2_500, 5_000, 700], ids=["not soaked", "not reached", "no step"])
    def test_leads_to_no_other_step(self, walk, wanted):
        walk.start()
        walk.step()
        walk.step()
        with pytest.raises(InvalidChange, match="Those are: 1 %, 5 %"):
            back_to(flag=FLAG, share_bps=wanted, actor="bob")
        assert share() == 2_500

    def test_leads_nowhere_where_it_is(self, walk):
        walk.start()
        walk.prove()
        walk.look(seconds=0)
        with pytest.raises(InvalidChange):
            back_to(flag=FLAG, share_bps=500, actor="bob")

    def test_does_not_overwrite_what_somebody_else_has_changed(self, walk):
        walk.start()
        walk.step()
        change_flag(name=FLAG, change=FlagChange(share_bps=4_200), actor="alice")
        with pytest.raises(StalePreview, match="alice changed it"):
            back_to(flag=FLAG, share_bps=100, actor="bob")
        assert share() == 4_200

    def test_asks_guards_about_all_that_was_seen_of_a_proven_step(self, walk, guards):
        walk.start()
        began = rollout_status(FLAG).steps[0].since
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob")
        walk.look()
        assert guards[0].watched[-1].since == began


class TestAFlagThatSomebodyElseChanges:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (FlagChange(share_bps=4_200), "changed model-based-credits (share 5 % → 42 %)"),
            (FlagChange(share_bps=0), "changed model-based-credits (share 5 % → 0 %)"),
            (FlagChange(everyone=True), "changed model-based-credits (everyone unset → yes)"),
            (FlagChange(compared_bps=5_000), "changed model-based-credits (compared 100 % → 50 %)"),
            (FlagChange(baseline=Stage.OFF), "changed model-based-credits (baseline shadow → off)"),
            (FlagChange(account_id="7", membership="off"), "changed model-based-credits (account 7 inherit → off)"),
        ],
        ids=["share", "share away", "everyone", "compared", "baseline", "an account"],
    )
    def test_stops_the_rollout_and_stays_as_they_left_it(self, walk, told, change, said):
        walk.start()
        walk.step()
        change_flag(name=FLAG, change=change, actor="alice", reason="by hand")
        after = flag()
        ended = walk.look()
        assert (ended.state, ended.ended_by) == ("stopped", "alice")
        assert ended.sentence.startswith(f"alice {said} at ")
        assert ended.sentence.endswith("UTC: by hand.")
        assert (told[-1][0], flag().epoch) == ("stopped", after.epoch)
        walk.look(times=10)
        assert flag().epoch == after.epoch

    def test_and_changes_back_stops_it_all_the_same(self, walk):
        walk.start()
        for share_bps in (4_200, 100):
            change_flag(name=FLAG, change=FlagChange(share_bps=share_bps), actor="alice")
        assert "after 1 other change" in walk.look().sentence

    def test_and_rolls_back_ends_the_rollout_as_rolled_back(self, walk):
        walk.start()
        roll_back_flag(name=FLAG, actor="alice")
        ended = walk.look()
        assert (ended.state, ended.ended_by, flag().everyone) == ("rolled_back", "alice", False)
        assert ended.sentence.startswith("alice rolled model-based-credits back at ")

    def test_stops_it_while_it_is_paused(self, walk):
        walk.start()
        pause(flag=FLAG, actor="bob")
        change_flag(name=FLAG, change=FlagChange(share_bps=4_200), actor="alice")
        assert (walk.look().state, share()) == ("stopped", 4_200)

    def test_between_the_look_and_the_step_is_not_overwritten(self, walk, monkeypatch):
        walk.start()
        walk.prove()
        ask = confirming.confirm

        def meanwhile(**asked):
            change_flag(name=FLAG, change=FlagChange(share_bps=4_200), actor="alice")
            return ask(**asked)

        monkeypatch.setattr(confirming, "confirm", meanwhile)
        walk.look()
        assert share() == 4_200
        monkeypatch.undo()
        assert Rollout.objects.get().position == 0


class TestAStepThatSomethingHolds:
    def test_waits_for_the_gates_and_says_their_sentence(self, walk, monkeypatch):
        walk.start()
        with monkeypatch.context() as patch:
            closed = Admission(refused=(Refusal(sentence="The forecast is not signed."),))
            patch.setattr(gating, "_gatekeepers", [lambda _forward: closed])
            walk.prove()
            held = walk.look()
            assert (held.position, held.held, share()) == (0, "gates", 100)
            assert "The forecast is not signed." in held.sentence
            assert "--override" not in held.sentence
        assert walk.look(times=4).held == "gates"
        assert walk.look(times=3).position == 1

    def test_asks_no_gate_to_roll_back(self, walk, guards, monkeypatch):
        walk.start()
        monkeypatch.setattr(gating, "_gatekeepers", [lambda _: Admission(refused=(Refusal(sentence="Closed."),))])
        guards[0].reading = Reading.BROKEN
        assert (walk.look().state, flag().everyone) == ("rolled_back", False)

    def test_waits_after_a_veto_and_asks_once_a_minute(self, walk, monkeypatch, told):
        asked = []

        def veto(**details):
            asked.append(details)
            return Confirmation(answer=Answer.VETOED, sentence="finance says no.")

        walk.start()
        monkeypatch.setattr(confirming, "confirm", veto)
        walk.prove()
        held = walk.look()
        assert (held.position, held.held, held.sentence, share()) == (0, "veto", "finance says no.", 100)
        walk.look(times=12)
        assert len(asked) == 3
        assert (asked[0]["flag"], asked[0]["step"]) == (FLAG, "5 %")
        assert [change for change, _ in told].count("holds") == 1
        monkeypatch.setattr(confirming, "confirm", lambda **_: Confirmation(answer=Answer.ALLOWED, sentence=""))
        assert walk.look(times=6).position == 1

    def test_is_as_large_as_a_loss_budget_allows_and_comes_again(self, walk, monkeypatch):
        budget = Allowed(share_bps=300, sentence="3 % may cost 990 credits of 1,000.")
        monkeypatch.setattr(looking, "allowed_share_bps", lambda *_: budget)
        walk.start(loss_credits=1_000)
        walk.step()
        assert (share(), Rollout.objects.get().position) == (300, 1)
        held = walk.step()
        assert (held.held, held.sentence) == ("loss budget", budget.sentence)
        enough = Allowed(share_bps=500, sentence="5 % may cost 999 credits of 1,000.")
        monkeypatch.setattr(looking, "allowed_share_bps", lambda *_: enough)
        assert walk.look().position == 1
        assert share() == 500


class TestStarting:
    def test_says_who_is_in_each_step_in_the_order_of_shares(self, walk):
        who = prepare(flag=FLAG, wish=Wish(shares_bps=(5_000, 10_000))).who
        half, everybody = who.steps
        assert (who.all_accounts, everybody.accounts) == (12, 12)
        assert half.accounts + everybody.joining == 12
        assert len(half.named) == min(5, half.joining)

    def test_says_whom_a_required_flag_keeps_back(self, walk):
        change_flag(name=REQUIRED, change=FlagChange(everyone=None), actor="ada")
        who = prepare(flag=FLAG, wish=Wish()).who
        assert (who.steps[-1].held_back, who.held_by) == (12, ((REQUIRED, 12),))
        assert f"12 of them stay on the control until they are in the cohort of {REQUIRED}" in " ".join(who.sentences)

    def test_is_refused_while_another_one_is_under_way_and_names_it(self, walk):
        made = walk.start()
        with pytest.raises(RolloutChanged, match=f"Rollout {made.pk} of {FLAG} is under way, started by ada"):
            walk.start()

    def test_is_refused_where_the_flag_is_not_what_was_looked_at(self, walk):
        prepared = prepare(flag=FLAG, wish=Wish())
        change_flag(name=FLAG, change=FlagChange(compared_bps=5_000), actor="alice")
        with pytest.raises(StalePreview, match="alice changed it"):
            start(prepared, actor="ada")
        assert not Rollout.objects.exists()

    @pytest.mark.parametrize(
        ("before", "wish", "said"),
        [
            (FlagChange(everyone=True), {}, "everyone has the candidate already"),
            (FlagChange(share_bps=100), {}, "1 % of the accounts have the candidate already"),
            (FlagChange(stage=Stage.RAMPDOWN), {}, "nothing that it decides is compared at rampdown"),
            (None, {"dry": ("typo",)}, "No guard of model-based-credits is named typo. Guards: errors"),
            (None, {"dry": ("errors",)}, "nothing would roll it back"),
            (None, {"soak": timedelta(0)}, "needs a soak"),
        ],
        ids=["everyone", "share", "not compared", "no such guard", "unwatched", "no soak"],
    )
    def test_is_refused_where_it_could_lead_nowhere(self, walk, before, wish, said):
        if before is not None:
            change_flag(name=FLAG, change=before, actor="ada")
        with pytest.raises(InvalidChange, match=said):
            walk.start(**wish)
        assert not Rollout.objects.exists()

    def test_of_no_flag_is_refused(self, walk):
        with pytest.raises(UnknownFlag):
            prepare(flag="typo", wish=Wish())

    def test_needs_no_comparison_where_nobody_asks_for_one(self, walk):
        change_flag(name=FLAG, change=FlagChange(stage=Stage.RAMPDOWN), actor="ada")
        walk.start(sample=0)
        assert walk.look(times=7).position == 1
